import type { FileType } from '../../files/names.ts';
import { CANONICAL, type Kind } from '../canonical.ts';
import type { Column } from './columns.ts';
import { datesIn, monthsIn } from './dates.ts';
import { PARTS, surenessOf } from './patterns.ts';
import { CALLED, fitOf } from './shapes.ts';
import { isWordKind, type KnownWords, readWords } from './terms.ts';

/** A column of the file in the place of a canonical column, or of a part that canonical columns are made of. */
export interface Placed {
  name: string;
  kind: Kind;
  column: Column;
  /** 0 to 1. */
  confidence: number;
  why: string;
}

/** Less sure than this, a column is left for a person to place. */
const LEAST_CONFIDENCE = 0.46;
/** How much of what a name says depends on the values. */
const VALUES_WEIGH = 0.5;
/** A column without values is as its name says, with a doubt. */
const UNSEEN = 0.8;
/** A code list whose words are not known is at least a code list. */
const KNOWN_BY_HALF = 0.5;
/** Where only the values speak. */
const VALUES_ALONE = 0.55;
const PLAIN_BY_VALUES: Record<FileType, Record<string, Kind>> = {
  patient_registration: { email: 'email', phone: 'phone', state: 'state', pcp_npi: 'npi' },
  claims: { diagnosis_code_1: 'diagnosis', billing_npi: 'npi' },
};

/** Never 100% where something is missing. */
const percent = (share: number) => `${Math.floor(share * 100)}%`;

/** Holds every column against every place and gives the surest their place, each column and place once. */
export function place(columns: readonly Column[], fileType: FileType, known: KnownWords): Placed[] {
  const places = [
    ...CANONICAL[fileType].map(({ name, kind }) => ({ name, kind })),
    ...Object.entries(PARTS[fileType]).map(([name, kind]) => ({ name, kind })),
  ];
  const candidates = columns.flatMap((column) =>
    places.flatMap(({ name, kind }) => candidate(column, fileType, name, kind, known) ?? []),
  );
  candidates.sort((a, b) => b.confidence - a.confidence);
  const taken = new Map<string, Placed>();
  const used = new Set<Column>();
  for (const each of candidates) {
    if (each.confidence < LEAST_CONFIDENCE || taken.has(each.name) || used.has(each.column)) continue;
    taken.set(each.name, each);
    used.add(each.column);
  }
  return [...taken.values()];
}

function candidate(
  column: Column,
  fileType: FileType,
  name: string,
  kind: Kind,
  known: KnownWords,
): Placed | undefined {
  const sureness = surenessOf(column.meanings, fileType, name, kind);
  const seen = evidence(column, name, kind, known);
  if (sureness === 0) {
    const telling = PLAIN_BY_VALUES[fileType][name] === kind && (seen?.fit ?? 0) > 0.95;
    if (!telling || !column.meanings.every((meaning) => meaning.includes('?'))) return undefined;
    return {
      name,
      kind,
      column,
      confidence: VALUES_ALONE * seen!.fit,
      why: `the name says nothing; ${seen!.says}`,
    };
  }
  const called = `the name ${sureness >= 0.9 ? 'means' : 'may mean'} ${plain(name)}`;
  if (!seen)
    return {
      name,
      kind,
      column,
      confidence: column.values.length === 0 ? sureness * UNSEEN : sureness,
      why: column.values.length === 0 ? `${called}; there are no values` : called,
    };
  return {
    name,
    kind,
    column,
    confidence: sureness * (1 - VALUES_WEIGH + VALUES_WEIGH * seen.fit),
    why: `${called}; ${seen.says}`,
  };
}

const plain = (name: string) => name.replaceAll('_', ' ').replace(/ npi$/, ' NPI');

/** How far a column's values are of a kind, and how to say so; undefined where the kind has no shape. */
function evidence(
  { values }: Column,
  name: string,
  kind: Kind,
  known: KnownWords,
): { fit: number; says: string } | undefined {
  if (values.length === 0) return undefined;
  if (isWordKind(kind)) {
    const words = readWords(kind, values, known);
    if (!words) return { fit: 0, says: 'its values are no code list' };
    return {
      fit: KNOWN_BY_HALF + (1 - KNOWN_BY_HALF) * words.share,
      says: `${percent(words.share)} are words with a known meaning`,
    };
  }
  if (kind === 'date' || kind === 'birth_date') {
    const dates = datesIn(values);
    const months = monthsIn(values);
    if (months.read > dates.read || name === 'coverage_month')
      return {
        fit: months.read / values.length,
        says: `${percent(months.read / values.length)} are months ${months.written ?? ''}`.trim(),
      };
    const formats = dates.formats.slice(0, 2).map(({ format }) => format);
    return {
      fit: dates.read / values.length,
      says: `${percent(dates.read / values.length)} are days${formats.length > 0 ? ` ${formats.join(' or ')}` : ''}`,
    };
  }
  const fit = fitOf(kind, values);
  return fit === undefined ? undefined : { fit, says: `${percent(fit)} are ${CALLED[kind]}` };
}
