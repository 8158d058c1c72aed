import { text } from './cell.ts';
import { type Claim, codeOf, decimal, type Line } from './claim.ts';
import { compact } from './date.ts';
import { type Client, columns, type Feed } from './feed.ts';
import type { Person } from './person.ts';
import type { Random } from './random.ts';
import { type Field, field } from './row.ts';

/** client_c sends CSV with `YYYYMMDD`; `99991231` is an open end. A member is a subscriber and a person code. */
const registration: Feed<Person> = {
  client: 'client_c',
  fileType: 'patient_registration',
  key: ['subscriber_id', 'person_cd'],
  columns: columns(
    ['subscriber_id', 'subscriber_id'],
    ['person_cd', 'person_code'],
    ['last_nm', 'last_name', 'name'],
    ['first_nm', 'first_name', 'name'],
    ['mi', 'middle_name'],
    ['sex_cd', 'sex', 'sex'],
    ['birth_dt', 'birth_date', 'birth_date'],
    ['race_cd', 'race'],
    ['addr1', 'address'],
    ['addr2', 'address_2'],
    ['city_nm', 'city', 'name'],
    ['st_cd', 'state', 'state'],
    ['zip_cd', 'zip_code', 'zip'],
    ['phone', 'phone', 'phone'],
    ['email', 'email', 'email'],
    ['eff_dt', 'enrollment_start_date', 'date'],
    ['term_dt', 'enrollment_end_date', 'date'],
    ['plan_cd', 'plan'],
    ['lob', 'line_of_business'],
    ['pcp_npi', 'pcp_npi'],
  ),
  day: compact,
  rows(who, { random }) {
    // An address with a comma and one with a line break: both must stay one field of one record.
    const address = random.chance(0.05) ? `Bldg 7, ${who.address}` : who.address;
    const unit = random.chance(0.03) ? 'c/o Front desk\nMailroom' : who.unit;
    const end = who.end === null ? '' : compact(who.end);
    return [
      {
        fields: {
          subscriber_id: {
            cell: text(who.memberId.slice(0, -2)),
            means: { subscriber_id: who.memberId.slice(0, -2), member_id: who.memberId },
          },
          person_cd: field('person_code', text(who.memberId.slice(-2)), who.memberId.slice(-2)),
          last_nm: field('last_name', text(who.lastName), who.lastName),
          first_nm: field('first_name', text(who.firstName), who.firstName),
          mi: field('middle_name', text(who.middleName.slice(0, 1)), who.middleName.slice(0, 1)),
          sex_cd: field('sex', text(who.sex === 'female' ? 'F' : 'M'), who.sex),
          birth_dt: field('birth_date', text(compact(who.birthDate)), who.birthDate),
          race_cd: same('race', random.pick(['2106-3', '2054-5', '2028-9', ''])),
          addr1: field(
            'address',
            text(address),
            [address, unit].filter(Boolean).join(' ').replace('\n', ' '),
          ),
          addr2: plain(unit),
          city_nm: field('city', text(who.city), who.city),
          st_cd: field('state', text(who.state), who.state),
          zip_cd: field('zip_code', text(random.chance(0.1) ? `${who.zip}-1234` : who.zip), who.zip),
          phone: field('phone', text(who.phone), who.phone),
          email: field('email', text(who.email), who.email),
          eff_dt: field('enrollment_start_date', text(compact(who.start)), who.start),
          term_dt: field('enrollment_end_date', text(end), who.end),
          plan_cd: same('plan', random.pick(['HMO1', 'PPO2', 'DSNP'])),
          lob: same('line_of_business', random.pick(['MCD', 'MCR', 'COM'])),
          pcp_npi: same('pcp_npi', '1093817462'),
        },
      },
    ];
  },
};

const claims: Feed<Claim> = {
  client: 'client_c',
  fileType: 'claims',
  key: ['clm_id'],
  columns: columns(
    ['clm_id', 'claim_id'],
    ['clm_ln', 'claim_line_number'],
    ['orig_clm_id', 'original_claim_id'],
    ['rec_type', 'record_type'],
    ['clm_type', 'claim_type'],
    ['mbr_id', 'member_id'],
    ['svc_from', 'service_start_date', 'date'],
    ['svc_to', 'service_end_date', 'date'],
    ['paid_dt', 'paid_date', 'date'],
    ...columnsOfText('bill_npi', 'rend_npi', 'fac_npi', 'pos', 'bill_type', 'rev_cd', 'hcpcs', 'mod1'),
    ...columnsOfText('dx1', 'dx2', 'dx3', 'ndc', 'units'),
    ['billed', 'charge_amount', 'amount'],
    ['allowed', 'allowed_amount', 'amount'],
    ['paid', 'paid_amount', 'amount'],
    ...columnsOfText('copay', 'coins', 'ded', 'status'),
  ),
  day: compact,
  rows(claim, { random }) {
    const record = recordType(claim.record, random);
    return claim.lines.map((line) => ({
      fields: {
        clm_id: field('claim_id', text(claim.id), claim.id),
        clm_ln: field('claim_line_number', text(String(line.number)), String(line.number)),
        orig_clm_id: field('original_claim_id', text(claim.originalId ?? ''), claim.originalId),
        rec_type: { cell: text(record), means: { record_type: claim.record } },
        clm_type: field(
          'claim_type',
          text(claim.type),
          claim.type === 'I' ? 'institutional' : 'professional',
        ),
        mbr_id: field('member_id', text(claim.memberId), claim.memberId),
        svc_from: field('service_start_date', text(compact(claim.serviceStart)), claim.serviceStart),
        svc_to: field('service_end_date', text(compact(claim.serviceEnd)), claim.serviceEnd),
        paid_dt: field('paid_date', text(compact(claim.received)), claim.received),
        ...codes(claim, line),
        ...amounts(line),
        status: field('claim_status', text(claim.status), claim.status.toLowerCase()),
      },
    }));
  },
};

export const clientC: Client = { registration, claims };

function codes(claim: Claim, line: Line): Record<string, Field> {
  const institutional = claim.type === 'I';
  return {
    bill_npi: plain(claim.billingNpi),
    rend_npi: plain(claim.renderingNpi),
    fac_npi: plain(institutional ? claim.billingNpi : ''),
    pos: plain(institutional ? '' : '11'),
    bill_type: plain(institutional ? '0131' : ''),
    rev_cd: plain(line.revenueCode),
    hcpcs: plain(line.code),
    mod1: plain(line.units > 2 ? '25' : ''),
    dx1: diagnosis(claim, 1),
    dx2: diagnosis(claim, 2),
    dx3: diagnosis(claim, 3),
    ndc: plain(line.system === 'HCPCS' ? '00093721410' : ''),
    units: plain(String(line.units)),
  };
}

function amounts(line: Line): Record<string, Field> {
  return {
    billed: field('charge_amount', text(decimal(line.charge)), decimal(line.charge)),
    allowed: field('allowed_amount', text(decimal(line.allowed)), decimal(line.allowed)),
    paid: field('paid_amount', text(decimal(line.paid)), decimal(line.paid)),
    copay: plain(decimal(line.copay)),
    coins: plain('0.00'),
    ded: plain('0.00'),
  };
}

/** Mostly the letter; now and then one of the other spellings that a payer's system lets through. */
function recordType(record: Claim['record'], random: Random): string {
  if (record === 'original') return random.chance(0.9) ? 'O' : random.pick(['ORIGINAL', '1']);
  if (record === 'adjustment') return random.chance(0.5) ? 'A' : random.pick(['ADJUSTMENT', '7']);
  return random.chance(0.4) ? 'R' : random.pick(['REVERSAL', '8', 'V', 'VOID']);
}

function diagnosis({ diagnoses }: Claim, position: number): Field {
  const code = diagnoses[position - 1] ?? '';
  return field(`diagnosis_code_${position}`, text(code), codeOf(code));
}

/** What means what it says. */
const same = (column: string, value: string): Field => field(column, text(value), value);

const plain = (value: string): Field => ({ cell: text(value), means: {} });

function columnsOfText(...headers: string[]): [string][] {
  return headers.map((header) => [header]);
}
