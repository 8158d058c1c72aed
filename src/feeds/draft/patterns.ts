import type { FileType } from '../../files/names.ts';
import type { Kind } from '../canonical.ts';
import type { HeaderMeaning } from './words.ts';

/**
 * How headers call a canonical column: meanings that must all be there, and how sure it is then (1 where nothing is said).
 * What else a header says makes it less sure.
 */
type Pattern = readonly [meanings: string, sureness?: number];

const MEMBER_ID: Pattern[] = [['member id'], ['member', 0.85], ['id', 0.5]];

/** Columns of a file that are not canonical by themselves, but that canonical ones are made of. */
export type Part = 'whole_name' | 'address_2' | 'coverage_date' | 'coverage_month';

const PATTERNS: Record<FileType, Record<string, Pattern[]>> = {
  patient_registration: {
    member_id: MEMBER_ID,
    subscriber_id: [['subscriber id'], ['subscriber', 0.85], ['family id', 0.9]],
    person_code: [['person code'], ['person id', 0.95], ['person', 0.85]],
    first_name: [['first name'], ['first', 0.85]],
    middle_name: [['middle name'], ['middle', 0.95]],
    last_name: [['last name'], ['family name', 0.95], ['last', 0.85]],
    whole_name: [['full name'], ['full', 0.8], ['name', 0.75]],
    birth_date: [['birth date'], ['birth', 0.98]],
    death_date: [['death date'], ['death', 0.9]],
    sex: [['sex']],
    race: [['race']],
    ethnicity: [['ethnicity']],
    address: [['address'], ['address #1']],
    address_2: [['address #2'], ['house', 0.9]],
    city: [['city']],
    state: [['state']],
    zip_code: [['zip']],
    phone: [['phone']],
    email: [['email'], ['email address']],
    enrollment_start_date: [['enrollment start'], ['start date', 0.9], ['start', 0.8]],
    enrollment_end_date: [['enrollment end'], ['end date', 0.9], ['end', 0.8]],
    coverage_date: [
      ['enrollment date', 0.7],
      ['enrollment', 0.6],
    ],
    coverage_month: [
      ['month', 0.75],
      ['enrollment month', 0.9],
    ],
    plan: [['plan']],
    line_of_business: [['lob'], ['line business']],
    pcp_npi: [['pcp npi'], ['primary care provider', 0.9], ['pcp', 0.8], ['npi', 0.7]],
    age_in_months: [['age month']],
  },
  claims: {
    claim_id: [['claim id'], ['claim', 0.85], ['id', 0.4]],
    claim_line_number: [['claim line'], ['line id'], ['line', 0.9]],
    original_claim_id: [
      ['original claim'],
      ['original id', 0.9],
      ['original', 0.8],
      ['adjustment claim', 0.8],
    ],
    record_type: [['record type'], ['adjustment type', 0.85], ['record', 0.7], ['adjustment', 0.6]],
    member_id: MEMBER_ID,
    claim_type: [['claim type'], ['form type', 0.8], ['type', 0.5]],
    claim_category: [['claim category'], ['category', 0.8]],
    claim_status: [['claim status'], ['processing status'], ['status', 0.95]],
    received_date: [['received date'], ['received', 0.8]],
    service_start_date: [
      ['service start'],
      ['service start date'],
      ['service date', 0.9],
      ['first service', 0.9],
      ['start date', 0.7],
      ['start', 0.6],
    ],
    service_end_date: [
      ['service end'],
      ['service end date'],
      ['last service', 0.9],
      ['end date', 0.7],
      ['end', 0.6],
    ],
    paid_date: [['paid date'], ['paid', 0.6]],
    vendor: [['vendor']],
    hospital_service: [['hospital service']],
    billing_npi: [['billing npi'], ['billing provider', 0.9]],
    rendering_npi: [
      ['rendering npi'],
      ['rendering provider', 0.9],
      ['rendering', 0.7],
      ['provider npi', 0.7],
      ['npi', 0.6],
    ],
    facility_npi: [['facility npi'], ['facility', 0.7]],
    place_of_service_code: [['place service']],
    bill_type_code: [['billing type']],
    revenue_center_code: [['revenue']],
    code_system: [['code system'], ['coding system'], ['code type', 0.8]],
    code: [['code', 0.9]],
    hcpcs_code: [['procedure'], ['service code', 0.7]],
    hcpcs_modifier_1: [['modifier #1'], ['modifier', 0.95]],
    ...numbered(2, 4, 'hcpcs_modifier', 'modifier'),
    diagnosis_type: [['diagnosis type']],
    diagnosis_code_1: [['diagnosis #1'], ['primary diagnosis'], ['diagnosis', 0.9]],
    ...numbered(2, 12, 'diagnosis_code', 'diagnosis'),
    ndc_code: [['ndc']],
    service_unit_quantity: [['unit'], ['service unit']],
    charge_amount: [
      ['charge'],
      ['charge amount'],
      ['billing amount', 0.9],
      ['claim amount', 0.8],
      ['amount', 0.7],
    ],
    allowed_amount: [['allowed'], ['allowed amount']],
    paid_amount: [['paid amount'], ['paid', 0.9]],
    copayment_amount: [['copay']],
    coinsurance_amount: [['coinsurance']],
    deductible_amount: [['deductible']],
  },
};

function numbered(from: number, to: number, name: string, meaning: string): Record<string, Pattern[]> {
  return Object.fromEntries(
    Array.from({ length: to - from + 1 }, (_, i) => [`${name}_${from + i}`, [[`${meaning} #${from + i}`]]]),
  );
}

/** Meanings that add nothing to a column of such a kind, where its header has them too. */
const EXPECTED: Partial<Record<Kind, string>> = {
  id: 'id code',
  name: 'name',
  date: 'date',
  birth_date: 'date',
  integer: 'id',
  quantity: 'amount',
  amount: 'amount',
  npi: 'provider id npi',
  text: 'code name id',
};
const EXPECTED_OF_CODES = 'code id';
/** Every file is about members and their claims. */
const EVERYWHERE: Record<FileType, string> = {
  patient_registration: 'member',
  claims: 'member claim service plan',
};

/** How much less sure a pattern is for something that its header says beside it. */
const BESIDE = { expected: 0.99, everywhere: 0.96, unknown: 0.8, else: 0.5 };
/** Meanings that say little alone: with a word that is not known beside them they may be anything. */
const VAGUE = new Set(
  'id code name type amount status start end month unit first last full member claim line'.split(' '),
);

/** How sure a header's name alone is about a canonical column or part of one, 0 to 1. */
export function surenessOf(
  meanings: readonly HeaderMeaning[],
  fileType: FileType,
  name: string,
  kind: Kind,
): number {
  const patterns = PATTERNS[fileType][name] ?? [];
  const expected = (EXPECTED[kind] ?? EXPECTED_OF_CODES).split(' ');
  const everywhere = EVERYWHERE[fileType].split(' ');
  const beside = (meaning: string, isVague: boolean) =>
    expected.includes(meaning)
      ? BESIDE.expected
      : everywhere.includes(meaning)
        ? BESIDE.everywhere
        : meaning === '?' && !isVague
          ? BESIDE.unknown
          : BESIDE.else;
  let best = 0;
  for (const [text, sureness = 1] of patterns) {
    const wanted = text.split(' ');
    const isVague = wanted.every((meaning) => VAGUE.has(meaning));
    for (const meaning of meanings) {
      if (!wanted.every((each) => meaning.includes(each))) continue;
      const others = meaning.filter((each) => !wanted.includes(each));
      best = Math.max(
        best,
        others.reduce((sure, each) => sure * beside(each, isVague), sureness),
      );
    }
  }
  return best;
}

/** The parts that headers of this file type are looked at for, beside the canonical columns. */
export const PARTS: Record<FileType, Record<string, Kind>> = {
  patient_registration: {
    whole_name: 'name',
    address_2: 'text',
    coverage_date: 'date',
    coverage_month: 'date',
  },
  claims: {},
};
