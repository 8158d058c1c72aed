import type { Kind } from '../canonical.ts';

/** Kinds whose values are words that stand for one of a few meanings. */
export const WORD_KINDS = ['sex', 'record_type', 'claim_type', 'claim_status'] as const satisfies Kind[];
export type WordKind = (typeof WORD_KINDS)[number];

export const isWordKind = (kind: Kind): kind is WordKind => (WORD_KINDS as readonly Kind[]).includes(kind);

/** Words by kind, upper case, and what they mean: what the macros read without being told. */
export type KnownWords = Readonly<Record<WordKind, ReadonlyMap<string, string>>>;

/**
 * What further words mean, in English, German and Spanish. The macros do not read them by themselves, as another client may
 * mean something else: a draft proposes them as `values` of the feed.
 */
const TERMS: Record<WordKind, Record<string, string>> = {
  sex: {
    female: 'fem|w|weiblich|weibl|frau|mujer|femenino|femenina|hembra|woman|girl',
    male: 'masc|männlich|maennlich|männl|mann|hombre|masculino|varón|varon|h|man|boy',
    unknown: 'd|divers|unbekannt|desconocido|other|not known|no answer',
  },
  record_type: {
    original: 're|rechnung|neu|erstrechnung|nueva|nuevo|inicial|initial',
    adjustment: 'ko|korr|korrektur|änderung|ersatz|ajuste|corrección|correccion|replace|correction|adjust',
    reversal:
      'st|storno|stornierung|gutschrift|anulación|anulacion|anulado|cancelación|cancelacion|reverso|delete|deleted',
  },
  claim_type: {
    professional: 'ambulant|arzt|ärztlich|ambulatorio|profesional|physician|medical|outpatient professional',
    institutional: 'stationär|stationaer|krankenhaus|klinik|hospitalario|institucional|inpatient|ub',
    dental: 'zahn|zahnarzt|zahnärztlich|dentista|dent',
    vision: 'sehhilfe|sehhilfen|optik|optiker|óptica|visión',
    pharmacy: 'apotheke|arznei|arzneimittel|farmacia|prescription',
  },
  claim_status: {
    paid: 'bezahlt|ausgezahlt|gezahlt|pagado|pagada|aprobado|payed|complete|completed|closed',
    denied: 'abgelehnt|abgewiesen|denegado|denegada|rechazado|rechazada|declined|refused',
    pending:
      'in prüfung|offen|in bearbeitung|eingegangen|pendiente|en proceso|abierto|in review|on hold|hold',
    reversed: 'storniert|zurückgebucht|anulado|anulada|revertido',
    adjusted: 'korrigiert|geändert|ajustado|ajustada|modified',
  },
};

const BY_WORD = new Map(
  WORD_KINDS.map((kind) => [
    kind,
    new Map(
      Object.entries(TERMS[kind]).flatMap(([meaning, words]) =>
        words.split('|').map((word) => [word.toUpperCase(), meaning] as const),
      ),
    ),
  ]),
);

export interface WordsRead {
  /** Words that the macros do not read, by what they probably mean; as the client writes them. */
  values: Record<string, string[]>;
  /** Words that nothing is known of. */
  unknown: string[];
  /** How many of the values have a meaning, 0 to 1. */
  share: number;
}

/** More different words than this are no code list; they might be what patients' data are made of. */
const MAX_WORDS = 15;
const MAX_WORD_LENGTH = 30;

/**
 * The different values of a column if they are a code list: few, short and each in use again and again. Other columns'
 * values must not be shown.
 */
export function codeList(values: readonly string[]): string[] | undefined {
  const different = new Map<string, string>();
  for (const value of values) {
    if (!different.has(value.toUpperCase())) different.set(value.toUpperCase(), value);
    if (different.size > MAX_WORDS) return undefined;
  }
  const words = [...different.values()];
  const repeated = values.length >= words.length * 2;
  return repeated && words.every((word) => word.length <= MAX_WORD_LENGTH) ? words : undefined;
}

/** What the words of a column mean; undefined where it holds no code list. */
export function readWords(
  kind: WordKind,
  values: readonly string[],
  known: KnownWords,
): WordsRead | undefined {
  const words = codeList(values);
  if (!words) return undefined;
  const read: WordsRead = { values: {}, unknown: [], share: 0 };
  const meant = new Set<string>();
  for (const word of words) {
    const key = word.toUpperCase();
    const own = known[kind].get(key);
    const meaning = isSpanishM(kind, key, words) ? 'female' : (own ?? BY_WORD.get(kind)!.get(key));
    if (meaning === undefined) read.unknown.push(word);
    else {
      meant.add(key);
      if (meaning !== own) {
        read.values[meaning] ??= [];
        read.values[meaning].push(word);
      }
    }
  }
  read.share = values.filter((value) => meant.has(value.toUpperCase())).length / values.length;
  return read;
}

/** M beside H is mujer beside hombre. */
const isSpanishM = (kind: WordKind, word: string, words: readonly string[]) => {
  const upper = words.map((each) => each.toUpperCase());
  return (
    kind === 'sex' && word === 'M' && upper.includes('H') && !upper.includes('F') && !upper.includes('W')
  );
};
