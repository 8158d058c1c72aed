import type { Kind } from '../canonical.ts';
import { datesIn } from './dates.ts';
import { numbersIn } from './numbers.ts';

/**
 * Whether texts look like values of a kind. This is evidence for a guess and nothing more: what a value is, the macros of
 * dbt/macros/cleaning decide.
 */
const PATTERNS: Partial<Record<Kind, RegExp>> = {
  id: /^(?=.*\d)[\p{L}\d./_-]+$/u,
  name: /^[\p{L}][\p{L} .,'’-]*$/u,
  integer: /^\d{1,9}$/,
  state:
    /^(?:A[KLRSZAEP]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[ARW]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY])$/i,
  zip: /^\d{3,5}(?:[ -]?\d{4})?$/,
  phone: /^(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ ./-]{0,2}[2-9]\d{2}[ .-]?\d{4}$/,
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  diagnosis: /^[A-TV-Z]\d[\dAB](?:\.?[\dA-Z]{1,4})?$/i,
  hcpcs: /^(?:\d{4}[\dFTUM]|[A-V]\d{4})$/i,
  modifier: /^[\dA-Z]{2}$/i,
  ndc: /^(?:\d{11}|\d{4,5}-\d{3,4}-\d{1,2})$/,
  place_of_service: /^\d{1,2}$/,
  revenue_code: /^0?\d{3}$/,
  bill_type: /^0?[1-9][1-9][\dA-Z]$/i,
};

/** How a person calls values of a kind. */
export const CALLED: Partial<Record<Kind, string>> = {
  id: 'identifiers',
  name: 'names',
  date: 'days',
  birth_date: 'days',
  integer: 'whole numbers',
  quantity: 'numbers',
  amount: 'amounts',
  state: 'states',
  zip: 'ZIP codes',
  phone: 'phone numbers',
  email: 'e-mail addresses',
  npi: 'NPIs with their check digit',
  diagnosis: 'ICD-10-CM codes by their shape',
  hcpcs: 'HCPCS or CPT codes by their shape',
  modifier: 'modifiers by their shape',
  ndc: 'NDCs by their shape',
  place_of_service: 'of one or two digits',
  revenue_code: 'revenue codes by their shape',
  bill_type: 'types of bill by their shape',
};

/** How many of these values fit the kind, 0 to 1; undefined where the kind has no shape, or there are none. */
export function fitOf(kind: Kind, values: readonly string[]): number | undefined {
  if (values.length === 0) return undefined;
  if (kind === 'date' || kind === 'birth_date') return datesIn(values).read / values.length;
  if (kind === 'amount' || kind === 'quantity') return numbersIn(values).read / values.length;
  if (kind === 'npi') return values.filter(isNpi).length / values.length;
  const pattern = PATTERNS[kind];
  return pattern && values.filter((value) => pattern.test(value)).length / values.length;
}

/** Ten digits whose last is the check digit of the others behind 80840 (ISO/IEC 7812-1). */
function isNpi(text: string): boolean {
  if (!/^[12]\d{9}$/.test(text)) return false;
  const sum = [...text].reduceRight((total, character, i) => {
    const digit = Number(character) * (i % 2 === 0 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 24);
  return sum % 10 === 0;
}

/** Kinds that values alone give away, the tell-tale ones first. */
export const TELLING: readonly Kind[] = ['npi', 'email', 'diagnosis', 'phone', 'state', 'date', 'amount'];

/** What the values of a column that is not known look like, in a person's words. */
export function describeValues(values: readonly string[]): string {
  const kind = TELLING.find(
    (each) => (fitOf(each, values) ?? 0) > 0.9 && !(each === 'amount' && isWhole(values)),
  );
  if (kind) return CALLED[kind]!;
  if (isWhole(values)) return 'whole numbers';
  return (fitOf('name', values) ?? 0) > 0.9 ? 'words' : 'text';
}

const isWhole = (values: readonly string[]) => values.every((value) => /^\d+$/.test(value));
