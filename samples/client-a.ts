import { type Cell, DATE_FORMATS, dateCell, number, text, ZIP_FORMAT } from './cell.ts';
import { type Claim, codeOf, decimal } from './claim.ts';
import { american, OPEN_END, serial, spelled } from './date.ts';
import { type Client, columns, type Feed } from './feed.ts';
import type { Person } from './person.ts';
import type { Random } from './random.ts';
import { field } from './row.ts';

/** client_a sends workbooks: births as text among date cells, end dates as bare serials among texts. */
const registration: Feed<Person> = {
  client: 'client_a',
  fileType: 'patient_registration',
  key: ['member id'],
  columns: columns(
    ['member id', 'member_id'],
    ['member first name', 'first_name', 'name'],
    ['member middle name', 'middle_name'],
    ['member last name', 'last_name', 'name'],
    ['gender', 'sex', 'sex'],
    ['date of birth', 'birth_date', 'birth_date'],
    ['address'],
    ['city', 'city', 'name'],
    ['state', 'state', 'state'],
    ['zip', 'zip_code', 'zip'],
    ['phone number', 'phone', 'phone'],
    ['membership end date', 'enrollment_end_date', 'date'],
    ['ethnicity'],
  ),
  day: spelled,
  rows(who, { random }) {
    const address = [who.address, who.unit].filter(Boolean).join(', ');
    const ethnicity = random.pick(['Hispanic or Latino', 'Not Hispanic or Latino', '']);
    return [
      {
        fields: {
          'member id': field('member_id', number(Number(who.memberId)), who.memberId),
          'member first name': field('first_name', text(who.firstName), who.firstName),
          'member middle name': field('middle_name', text(who.middleName), who.middleName),
          'member last name': field('last_name', text(who.lastName), who.lastName),
          gender: field('sex', text(gender(who.sex, random)), who.sex),
          'date of birth': field('birth_date', birth(who.birthDate, random), who.birthDate),
          address: field('address', text(address), address),
          city: field('city', text(who.city), who.city),
          state: field('state', text(who.state), who.state),
          zip: field('zip_code', zip(who.zip, random), who.zip),
          'phone number': field('phone', phone(who.phone, random), who.phone),
          'membership end date': field('enrollment_end_date', end(who.end, random), who.end),
          ethnicity: field('ethnicity', text(ethnicity), ethnicity),
        },
      },
    ];
  },
};

const claims: Feed<Claim> = {
  client: 'client_a',
  fileType: 'claims',
  key: ['claim number'],
  columns: columns(
    ['claim category', 'claim_category'],
    ['member id', 'member_id'],
    ['claim number', 'claim_id'],
    ['date received', 'received_date', 'date'],
    ['vendor'],
    ['hospital service', 'hospital_service'],
    ['coding system', 'code_system'],
    ['code'],
    ['primary diagnosis', 'diagnosis_code_1'],
    ['total billed', 'charge_amount', 'amount'],
    ['processing status', 'claim_status'],
  ),
  day: american,
  rows: (claim, { random }) =>
    claim.lines.map((line) => ({
      fields: {
        'claim category': field('claim_category', text(claim.category), claim.category),
        'member id': field('member_id', number(Number(claim.memberId)), claim.memberId),
        'claim number': field('claim_id', number(Number(claim.id)), claim.id),
        'date received': field('received_date', received(claim.received, random), claim.received),
        vendor: field('vendor', text(claim.vendor), claim.vendor),
        'hospital service': field('hospital_service', text(claim.service), claim.service),
        'coding system': field('code_system', text(line.system), line.system),
        code: field('code', code(line.code), line.code),
        'primary diagnosis': field(
          'diagnosis_code_1',
          text(claim.diagnoses[0]!),
          codeOf(claim.diagnoses[0]!),
        ),
        'total billed': field('charge_amount', number(line.charge / 100), decimal(line.charge)),
        'processing status': field('claim_status', text(claim.status), claim.status.toLowerCase()),
      },
    })),
};

export const clientA: Client = { registration, claims };

function gender(sex: 'female' | 'male', random: Random): string {
  return random.pick(sex === 'female' ? ['F', 'F', 'Female'] : ['M', 'M', 'Male']);
}

function birth(iso: string, random: Random): Cell {
  if (random.chance(0.5)) return text(spelled(iso));
  if (random.chance(0.2)) return text(american(iso));
  return dateCell(iso, random.pick(DATE_FORMATS));
}

function end(iso: string | null, random: Random): Cell {
  if (iso === null) return text('');
  if (iso === OPEN_END) return text(american(iso));
  if (random.chance(0.6)) return number(serial(iso));
  return text(random.pick([american(iso), spelled(iso), iso]));
}

function received(iso: string, random: Random): Cell {
  return random.chance(0.9) ? dateCell(iso, DATE_FORMATS[1]) : text(american(iso));
}

/** Excel keeps the zeros of `02130` only by a number format; without one they are lost. */
function zip(digits: string, random: Random): Cell {
  if (random.chance(0.2)) return text(digits);
  return number(Number(digits), digits.startsWith('0') || random.chance(0.5) ? ZIP_FORMAT : undefined);
}

function phone(digits: string, random: Random): Cell {
  const [area, exchange, rest] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  if (random.chance(0.3)) return number(Number(digits));
  return text(random.pick([`(${area}) ${exchange}-${rest}`, `${area}-${exchange}-${rest}`, digits]));
}

/** `99213` is a number to Excel, `0001F` is not, and `00100` needs its format. */
function code(value: string): Cell {
  if (!/^\d+$/.test(value)) return text(value);
  return number(Number(value), value.startsWith('0') ? ZIP_FORMAT : undefined);
}
