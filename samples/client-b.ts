import {
  type Cell,
  DATE_FORMATS,
  dateCell,
  MONEY_FORMAT,
  number,
  PHONE_FORMAT,
  text,
  ZIP_FORMAT,
} from './cell.ts';
import { type Claim, decimal } from './claim.ts';
import { ageInMonths, american, lastDay, OPEN_END } from './date.ts';
import { type Client, columns, type Feed } from './feed.ts';
import type { Person } from './person.ts';
import type { Random } from './random.ts';
import { type Field, field } from './row.ts';

/** client_b writes `M/D/YYYY`, as text or as date cells, and one full name. Its Elig_Dt is the end of enrollment. */
const registration: Feed<Person> = {
  client: 'client_b',
  fileType: 'patient_registration',
  key: ['mem_id'],
  columns: columns(
    ['Elig_Dt', 'enrollment_end_date', 'date'],
    ['mem_id', 'member_id'],
    ['Member_Fullname', 'full_name'],
    ['Dob', 'birth_date', 'birth_date'],
    ['Age_In_Mths_No', 'age_in_months'],
    ['Gender', 'sex', 'sex'],
    ['Member_Address', 'address'],
    ['Member_Address_2', 'address_2'],
    ['Member_City', 'city', 'name'],
    ['Member_State', 'state', 'state'],
    ['Member_Zip', 'zip_code', 'zip'],
    ['Member_Phone', 'phone', 'phone'],
  ),
  day: american,
  rows(who, { period, random }) {
    const age = ageInMonths(who.birthDate, lastDay(period));
    const sex = who.sex === 'female' ? 'F' : 'M';
    return [
      {
        fields: {
          Elig_Dt: field('enrollment_end_date', who.end === null ? text('') : day(who.end, random), who.end),
          mem_id: field('member_id', number(Number(who.memberId)), who.memberId),
          Member_Fullname: fullName(
            `${who.lastName}, ${who.firstName} ${who.middleName}`.trimEnd().toUpperCase(),
            who.lastName.toUpperCase(),
            who.firstName.toUpperCase(),
            who.middleName.toUpperCase(),
          ),
          Dob: field('birth_date', day(who.birthDate, random), who.birthDate),
          Age_In_Mths_No: field('age_in_months', number(age), String(age)),
          Gender: field('sex', text(sex), who.sex),
          Member_Address: field(
            'address',
            text(who.address),
            [who.address, who.unit].filter(Boolean).join(' '),
          ),
          Member_Address_2: { cell: text(who.unit), means: {} },
          Member_City: field('city', text(who.city), who.city),
          Member_State: field('state', text(who.state), who.state),
          Member_Zip: field('zip_code', number(Number(who.zip), ZIP_FORMAT), who.zip),
          Member_Phone: field('phone', phone(who.phone, random), who.phone),
        },
      },
    ];
  },
};

const claims: Feed<Claim> = {
  client: 'client_b',
  fileType: 'claims',
  key: ['claim_number'],
  columns: columns(
    ['claim_category'],
    ['memb_id', 'member_id'],
    ['claim_number', 'claim_id'],
    ['received_date', 'received_date', 'date'],
    ['hospital_service'],
    ['code_system'],
    ['code'],
    ['diagnosis_type'],
    ['cost_total', 'charge_amount', 'amount'],
    ['status', 'claim_status'],
  ),
  day: american,
  rows: (claim, { random }) =>
    claim.lines.map((line) => ({
      fields: {
        claim_category: field('claim_category', text(claim.category), claim.category),
        memb_id: field('member_id', number(Number(claim.memberId)), claim.memberId),
        claim_number: field('claim_id', number(Number(claim.id)), claim.id),
        received_date: field('received_date', day(claim.received, random), claim.received),
        hospital_service: field('hospital_service', text(claim.service), claim.service),
        code_system: field('code_system', text(line.system), line.system),
        code: field('code', text(line.code), line.code),
        diagnosis_type: field('diagnosis_type', text(claim.diagnoses[0]!), claim.diagnoses[0]!),
        cost_total: field('charge_amount', number(line.charge / 100, MONEY_FORMAT), decimal(line.charge)),
        status: field('claim_status', text(claim.status), claim.status.toLowerCase()),
      },
    })),
};

export const clientB: Client = { registration, claims };

/** A full name and the three names that must come out of it. */
export function fullName(raw: string, last: string, first: string, middle: string): Field {
  return { cell: text(raw), means: { first_name: first, middle_name: middle || null, last_name: last } };
}

function day(iso: string, random: Random): Cell {
  if (iso === OPEN_END || random.chance(0.6)) return text(american(iso));
  return dateCell(iso, DATE_FORMATS[1]);
}

function phone(digits: string, random: Random): Cell {
  if (random.chance(0.5)) return number(Number(digits), PHONE_FORMAT);
  return text(`${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`);
}
