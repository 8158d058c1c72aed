import type { FileType } from '../files/names.ts';

/** How a canonical column's text is read, and what it is in Postgres. The macros of dbt/macros/cleaning do the reading. */
export const KINDS = {
  id: { type: 'text', reads: 'an identifier, as sent' },
  text: { type: 'text', reads: 'text, as sent' },
  name: { type: 'text', reads: 'a name, letter case as sent' },
  date: { type: 'date', reads: 'a day' },
  birth_date: { type: 'date', reads: "a day between 1900 and the end of the file's period" },
  integer: { type: 'integer', reads: 'a whole number' },
  quantity: { type: 'numeric(15, 3)', reads: 'a quantity' },
  amount: { type: 'numeric(18, 2)', reads: 'dollars, to the cent' },
  sex: { type: 'text', reads: '`female`, `male` or `unknown`' },
  state: { type: 'text', reads: 'the USPS code of a state, territory or military post' },
  zip: { type: 'text', reads: 'the five digits of a ZIP code' },
  phone: { type: 'text', reads: 'ten digits of the North American Numbering Plan' },
  email: { type: 'text', reads: 'an e-mail address' },
  npi: { type: 'text', reads: 'a National Provider Identifier with its check digit' },
  diagnosis: { type: 'text', reads: 'an ICD-10-CM code, upper case, without the dot' },
  hcpcs: { type: 'text', reads: 'a HCPCS or CPT code' },
  modifier: { type: 'text', reads: 'a HCPCS modifier' },
  ndc: { type: 'text', reads: 'a National Drug Code of 11 digits' },
  place_of_service: { type: 'text', reads: 'a CMS place of service code of two digits' },
  revenue_code: { type: 'text', reads: 'a revenue code of four digits' },
  bill_type: { type: 'text', reads: 'a type of bill' },
  record_type: { type: 'text', reads: '`original`, `adjustment` or `reversal`' },
  claim_type: { type: 'text', reads: 'professional, institutional, dental, vision or pharmacy' },
  claim_status: { type: 'text', reads: 'paid, denied, pending and the like' },
} as const;

export type Kind = keyof typeof KINDS;

export interface CanonicalColumn {
  name: string;
  kind: Kind;
  /** For people: what it holds. */
  about: string;
}

const column = (name: string, kind: Kind, about: string): CanonicalColumn => ({ name, kind, about });
const numbered = (count: number, name: string, kind: Kind, about: (n: number) => string) =>
  Array.from({ length: count }, (_, i) => column(`${name}_${i + 1}`, kind, about(i + 1)));

/** The columns that every client's files are brought to, in the order of the normalize models. Names follow the Tuva Project. */
export const CANONICAL: Readonly<Record<FileType, readonly CanonicalColumn[]>> = {
  patient_registration: [
    column('member_id', 'id', "The client's number for the member"),
    column('subscriber_id', 'id', 'The number of the contract that the member is covered by'),
    column('person_code', 'id', 'Which person of the contract the member is'),
    column('first_name', 'name', 'First name'),
    column('middle_name', 'name', 'Middle name or initial'),
    column('last_name', 'name', 'Last name, suffix and particles with it'),
    column('birth_date', 'birth_date', 'Day of birth'),
    column('death_date', 'date', 'Day of death'),
    column('sex', 'sex', 'Sex: `female`, `male` or `unknown`'),
    column('race', 'text', 'Race, as the client codes it'),
    column('ethnicity', 'text', 'Ethnicity, as the client words it'),
    column('address', 'text', 'Street, house and unit'),
    column('city', 'text', 'City'),
    column('state', 'state', 'USPS code of the state'),
    column('zip_code', 'zip', 'Five digits of the ZIP code'),
    column('phone', 'phone', 'Ten digits of the phone number'),
    column('email', 'email', 'E-mail address'),
    column('enrollment_start_date', 'date', 'First day of coverage'),
    column('enrollment_end_date', 'date', 'Last day of coverage; 9999-12-31 where it is open'),
    column('plan', 'text', "The client's code of the plan"),
    column('line_of_business', 'text', "The client's code of the line of business"),
    column('pcp_npi', 'npi', 'National Provider Identifier of the primary care provider'),
    column('age_in_months', 'integer', 'Age in months, only to be held against the day of birth'),
  ],
  claims: [
    column('claim_id', 'id', "The client's number of the claim"),
    column('claim_line_number', 'integer', 'Number of the line within its claim'),
    column('original_claim_id', 'id', 'The claim that an adjustment or reversal is about'),
    column('record_type', 'record_type', '`original`, `adjustment` or `reversal`'),
    column('member_id', 'id', 'The member that the claim is for'),
    column('claim_type', 'claim_type', 'Kind of claim form'),
    column('claim_category', 'text', 'Category, as the client words it'),
    column('claim_status', 'claim_status', 'What became of the claim'),
    column('received_date', 'date', 'The day the client received the claim'),
    column('service_start_date', 'date', 'First day of service'),
    column('service_end_date', 'date', 'Last day of service'),
    column('paid_date', 'date', 'The day the claim was paid'),
    column('vendor', 'text', 'Vendor'),
    column('hospital_service', 'text', 'Hospital service, as the client words it'),
    column('billing_npi', 'npi', 'National Provider Identifier of who billed'),
    column('rendering_npi', 'npi', 'National Provider Identifier of who rendered the service'),
    column('facility_npi', 'npi', 'National Provider Identifier of the facility'),
    column('place_of_service_code', 'place_of_service', 'CMS place of service'),
    column('bill_type_code', 'bill_type', 'Type of bill'),
    column('revenue_center_code', 'revenue_code', 'Revenue code'),
    column('code_system', 'text', 'The system that `code` is of, as the client calls it'),
    column('code', 'text', "The line's one code, where the client sends a code and its system"),
    column('hcpcs_code', 'hcpcs', 'HCPCS or CPT code of the service'),
    ...numbered(4, 'hcpcs_modifier', 'modifier', (n) => `HCPCS modifier ${n}`),
    column('diagnosis_type', 'text', 'Kind of diagnosis, as the client words it'),
    ...numbered(12, 'diagnosis_code', 'diagnosis', (n) =>
      n === 1 ? 'Principal diagnosis' : `Diagnosis in position ${n}`,
    ),
    column('ndc_code', 'ndc', 'National Drug Code'),
    column('service_unit_quantity', 'quantity', 'Units of service'),
    column('charge_amount', 'amount', 'What was billed, in dollars'),
    column('allowed_amount', 'amount', 'What the plan allows, in dollars'),
    column('paid_amount', 'amount', 'What the plan paid, in dollars'),
    column('copayment_amount', 'amount', "The member's fixed share, in dollars"),
    column('coinsurance_amount', 'amount', "The member's share by percentage, in dollars"),
    column('deductible_amount', 'amount', "What counts against the member's deductible, in dollars"),
  ],
};

/** Without these columns a row has no place in the marts. */
export const IDENTITY: Readonly<Record<FileType, string>> = {
  patient_registration: 'member_id',
  claims: 'claim_id',
};

/** The values that a column of such a kind ends with; `values` of a feed map onto them. */
export const VALUES: Partial<Record<Kind, readonly string[]>> = {
  sex: ['female', 'male', 'unknown'],
  record_type: ['original', 'adjustment', 'reversal'],
  claim_type: ['professional', 'institutional', 'dental', 'vision', 'pharmacy'],
  claim_status: ['paid', 'denied', 'pending', 'reversed', 'adjusted'],
};

/** How days are written: what `formats` of a date may name. */
export const DATE_FORMATS = [
  'YYYYMMDD',
  'YYYY-MM-DD',
  'M/D/YYYY',
  'D/M/YYYY',
  'D.M.YYYY',
  'M/D/YY',
  'D/M/YY',
  'D.M.YY',
  'Month D, YYYY',
  'D-Mon-YYYY',
  'serial',
  'serial-1904',
] as const;
