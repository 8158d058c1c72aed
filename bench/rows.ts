/**
 * Rows of made-up files, as SQL: what a client sends for one month, written by the server itself. Everything about a person
 * or claim follows from its number (`m`, `c`), so that it is the same in every month; what is wrong with a row is drawn.
 */

/** Of all values that can be wrong, so many are. */
const MESS = 0.02;
/** Of all rows, so many come twice, and so many lack their key. */
const COPIES = 0.003;
const KEYLESS = 0.002;
/** Of a month's claims, so many (in thousandths) are those of the month before again, adjusted or taken back. */
const AGAIN = 30;
const ADJUSTED = 40;
const REVERSED = 10;

const list = (values: readonly string[]) =>
  `array[${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')}]`;
/** One of these, the same for the same number. */
const of = (number: string, ...values: string[]) =>
  `(${list(values)})[1 + (hashint8(${number}) & 2147483647) % ${values.length}]`;
/** A whole number below `below`, the same for the same number. */
const below = (number: string, limit: number) => `((hashint8(${number}) & 2147483647) % ${limit})`;
/** The good value or, at times, one of the bad. */
const messy = (good: string, ...bad: string[]) =>
  `case when random() < ${MESS} then (${list(bad)})[1 + floor(random() * ${bad.length})::int] else ${good} end`;
const keyed = (key: string) => `case when random() < ${KEYLESS} then '' else ${key} end`;

const FIRST = of('m', 'Ada', 'Ben', 'Cara', 'Dan', 'Ella', 'Finn', 'Grace', 'Hugo', 'Ines', 'José', 'Kofi');
const LAST = of(
  'm / 11',
  'Adams',
  'Brown',
  'Clark',
  'Díaz',
  'Evans',
  'Ford',
  'García',
  'Hall',
  'Ito',
  'Jones',
);
const STREET = `${below('m + 1', 9000)} || ' ' || ${of('m', 'Main St', 'Oak Ave', 'Elm Dr', 'Maple Ct')}`;
const CITY = of('m + 2', 'Norfolk', 'Richmond', 'Hampton', 'Suffolk', 'Virginia Beach');
const STATE = messy(`'VA'`, 'ZZ', '88', 'Virginia', ' va ', '');
const ZIP = messy(
  of('m + 2', '23510', '23220', '23666', '23434', '23451'),
  '2351',
  '123TY',
  '23510-1234',
  'RTEFG',
);
const PHONE = messy(
  `'757555' || lpad(${below('m + 3', 10_000)}::text, 4, '0')`,
  '576YYYTI90',
  '(757) 555-0123',
  '1',
);
const BIRTH = `(date '1935-01-01' + ${below('m + 4', 31_000)}::int)`;
const SEX = messy(of('m + 5', 'F', 'M'), 'X', '', 'Female');

const RECEIVED = `(first_day + ${below('c + 6', 28)}::int)`;
const AMOUNT = messy(
  `${below('c * 16 + l', 300_000)} / 100 || '.' || lpad((${below('c * 16 + l', 300_000)} % 100)::text, 2, '0')`,
  '$1,234.50',
  '(45.00)',
  'N/A',
  '12,34',
);
const CPT = of('c * 16 + l', '99213', '99214', '80053', '85025', '93000', '36415', 'J1885', 'G0439');
const DIAGNOSIS = messy(
  of('c + 7', 'E11.9', 'I10', 'J45.909', 'M54.50', 'Z00.00', 'F41.1'),
  '12345',
  'e119',
  '',
);
const STATUS = messy(of('c + 8', 'Paid', 'Paid', 'Paid', 'Denied', 'Pending'), '??');
const NPI = messy(of('c + 9', '1093817462', '1234567893', '1245319599'), '1234567890', '12');

/** Columns of a client's export table and the expressions that fill them. */
type Columns = Record<string, string>;

const REGISTRATION: Record<string, Columns> = {
  client_a: {
    member_id: keyed('(10000000 + m)::text'),
    member_first_name: FIRST,
    member_middle_name: `''`,
    member_last_name: LAST,
    gender: SEX,
    date_of_birth: messy(`to_char(${BIRTH}, 'FMMonth FMDD, YYYY')`, '11/31/2001', '37024', '2027-01-01'),
    address: STREET,
    city: CITY,
    state: STATE,
    zip: ZIP,
    phone_number: PHONE,
    membership_end_date: messy(`(46000 + ${below('m + 10', 400)})::text`, '2023-11-31', '', '12/31/2026'),
    ethnicity: `'Not Hispanic or Latino'`,
  },
  client_b: {
    elig_dt: messy(
      `to_char(date '2026-01-01' + ${below('m + 10', 400)}::int, 'FMMM/FMDD/YYYY')`,
      '2/30/2026',
      '',
    ),
    mem_id: keyed('(20000000 + m)::text'),
    member_fullname: `upper(${LAST} || ', ' || ${FIRST} || ' Q')`,
    dob: messy(`to_char(${BIRTH}, 'FMMM/FMDD/YYYY')`, '1/1/1899', '13/13/2001'),
    age_in_mths_no: `((first_day - ${BIRTH}) / 30)::text`,
    gender: SEX,
    member_address: STREET,
    member_address_2: of('m', '', 'Apt 4', 'Unit B'),
    member_city: CITY,
    member_state: STATE,
    member_zip: ZIP,
    member_phone: PHONE,
  },
  client_c: {
    subscriber_id: keyed('(300000 + m / 4)::text'),
    person_cd: `lpad((m % 4 + 1)::text, 2, '0')`,
    last_nm: LAST,
    first_nm: FIRST,
    mi: `'Q'`,
    sex_cd: SEX,
    birth_dt: messy(`to_char(${BIRTH}, 'YYYYMMDD')`, '20011131', '18990101'),
    race_cd: of('m', '2106-3', '2054-5', ''),
    addr1: STREET,
    addr2: of('m', '', 'Apt 4'),
    city_nm: CITY,
    st_cd: STATE,
    zip_cd: ZIP,
    phone: PHONE,
    email: messy(`'m' || m || '@example.org'`, 'none', 'm@@example'),
    eff_dt: `to_char(date '2024-01-01' + ${below('m + 11', 365)}::int, 'YYYYMMDD')`,
    term_dt: messy(`'99991231'`, '20260630', '20261131'),
    plan_cd: of('m', 'HMO1', 'PPO2', 'DSNP'),
    lob: of('m', 'MCD', 'MCR', 'COM'),
    pcp_npi: `'1093817462'`,
  },
};

const CLAIM_NUMBER = `case when again or adjusted or reversed then c - 100000000 else c end`;
const MEMBER = `1 + ${below('c + 12', 2_147_483_647)} % members`;

const CLAIMS: Record<string, Columns> = {
  client_a: {
    claim_category: of('c', 'Medical', 'Pharmacy', 'Behavioral'),
    member_id: messy(`(10000000 + ${MEMBER})::text`, '', '99999999'),
    claim_number: keyed(`(${CLAIM_NUMBER})::text`),
    date_received: messy(`to_char(${RECEIVED}, 'YYYY-MM-DD')`, '2023-11-31', '45000'),
    vendor: of('c', 'Sentara', 'Bon Secours', 'Riverside'),
    hospital_service: of('c + 1', 'Inpatient', 'Outpatient', 'Emergency'),
    coding_system: of('c * 16 + l', 'CPT', 'CPT', 'HCPCS', 'ICD-10'),
    code: CPT,
    primary_diagnosis: DIAGNOSIS,
    total_billed: AMOUNT,
    processing_status: STATUS,
  },
  client_b: {
    claim_category: of('c', 'Medical', 'Pharmacy', 'Behavioral'),
    memb_id: messy(`(20000000 + ${MEMBER})::text`, '', '99999999'),
    claim_number: keyed(`(${CLAIM_NUMBER})::text`),
    received_date: messy(`to_char(${RECEIVED}, 'FMMM/FMDD/YYYY')`, '2/30/2026', ''),
    hospital_service: of('c + 1', 'Inpatient', 'Outpatient', 'Emergency'),
    code_system: of('c * 16 + l', 'CPT', 'CPT', 'HCPCS', 'ICD-10'),
    code: CPT,
    diagnosis_type: of('c', 'Principal', ''),
    cost_total: AMOUNT,
    status: STATUS,
  },
  client_c: {
    clm_id: keyed(
      `case when adjusted then (c - 100000000) || 'A1' when reversed then (c - 100000000) || 'R' else (${CLAIM_NUMBER})::text end`,
    ),
    clm_ln: 'l::text',
    orig_clm_id: `case when adjusted or reversed then (c - 100000000)::text else '' end`,
    rec_type: `case when adjusted then 'A' when reversed then 'R' else 'O' end`,
    clm_type: of('c', 'P', 'P', 'I'),
    mbr_id: messy(
      `(300000 + (${MEMBER}) / 4)::text || lpad(((${MEMBER}) % 4 + 1)::text, 2, '0')`,
      '',
      '99999999',
    ),
    svc_from: messy(`to_char(${RECEIVED}, 'YYYYMMDD')`, '20261131', ''),
    svc_to: `to_char(${RECEIVED} + 1, 'YYYYMMDD')`,
    paid_dt: `to_char(${RECEIVED} + 20, 'YYYYMMDD')`,
    bill_npi: NPI,
    rend_npi: NPI,
    fac_npi: `''`,
    pos: messy(of('c', '11', '21', '22', '23'), '1', '77', 'AB'),
    bill_type: of('c', '', '', '0131'),
    rev_cd: of('c', '', '', '0450'),
    hcpcs: CPT,
    mod1: of('c', '', '25', '59'),
    dx1: DIAGNOSIS,
    dx2: of('c + 13', '', 'E78.5', 'I10'),
    dx3: `''`,
    ndc: of('c', '', '', '00002-1433-80'),
    units: messy(`(1 + c % 4)::text`, 'x'),
    billed: AMOUNT,
    allowed: AMOUNT,
    paid: AMOUNT,
    copay: `'10.00'`,
    coins: `'0.00'`,
    ded: `'0'`,
    status: STATUS,
  },
};

export const CLIENTS = Object.keys(CLAIMS);

export interface Month {
  client: string;
  fileId: string;
  /** The first day of the month, `YYYY-MM-DD`; months are counted from 0. */
  firstDay: string;
  month: number;
  /** Members of this client, and lines of this month. */
  members: number;
  lines: number;
}

/** A month's registrations: all members, or of client_c in later months those that changed. */
export function insertRegistrations({ client, fileId, firstDay, month, members }: Month): string {
  const sent = client === 'client_c' && month > 0 ? `where ${below(`m + ${month} * 1000003`, 100)} < 10` : '';
  return insert(
    'patient_registration',
    client,
    fileId,
    REGISTRATION[client]!,
    `(select m, date '${firstDay}' as first_day from generate_series(1, ${members}) as m ${sent}) as person`,
  );
}

/** A month's claims, three lines a claim: new ones, and some of the month before again, adjusted or taken back. */
export function insertClaims({ client, fileId, firstDay, month, members, lines }: Month): string {
  const claims = Math.max(1, Math.round(lines / 3));
  const amends = client === 'client_c' && month > 0;
  const before = (from: number, width: number, when: boolean) =>
    when ? `n % 1000 between ${from} and ${from + width - 1}` : 'false';
  return insert(
    'claims',
    client,
    fileId,
    CLAIMS[client]!,
    `(
      select
        n + ${month + 1} * 100000000::bigint as c, l, date '${firstDay}' as first_day, ${members} as members,
        ${before(0, AGAIN, month > 0)} as again,
        ${before(AGAIN, ADJUSTED, amends)} as adjusted,
        ${before(AGAIN + ADJUSTED, REVERSED, amends)} as reversed
      from generate_series(1, ${claims}) as n
      cross join lateral generate_series(1, 1 + n % 5) as l
    ) as line`,
  );
}

function insert(type: string, client: string, fileId: string, columns: Columns, from: string): string {
  const names = Object.keys(columns).join(', ');
  const values = Object.entries(columns).map(([name, value]) => `${value} as ${name}`);
  return `
    insert into export.${type}_${client} (_file_id, _row_number, ${names})
    with sent as materialized (select ${values.join(', ')} from ${from})
    select '${fileId}'::uuid, row_number() over (), ${names}
    from (
      select * from sent
      union all
      select * from sent where random() < ${COPIES}
    ) as row`;
}
