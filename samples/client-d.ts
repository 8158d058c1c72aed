import { text } from './cell.ts';
import { type Claim, decimal, type Line } from './claim.ts';
import { european, lastDay, monthsBetween } from './date.ts';
import { type Client, columns, type Feed } from './feed.ts';
import type { Person } from './person.ts';
import type { Random } from './random.ts';
import { type Field, field } from './row.ts';

/**
 * client_d's members are administered in Europe: CSV with semicolons in ISO-8859-1, German headers, `D.M.YYYY`, amounts
 * like `1.234,50`. Registration has one row for each member and month, from the file's month on as far as it is paid.
 */
const registration: Feed<Person> = {
  client: 'client_d',
  fileType: 'patient_registration',
  key: ['Mitglieds-Nr.'],
  columns: columns(
    ['Mitglieds-Nr.', 'member_id'],
    ['Name', 'full_name'],
    ['Geschlecht', 'sex', 'sex'],
    ['Geburtsdatum', 'birth_date', 'birth_date'],
    ['Straße / Nr.', 'address'],
    ['PLZ', 'zip_code', 'zip'],
    ['Ort', 'city', 'name'],
    ['Bundesstaat', 'state', 'state'],
    ['Telefon', 'phone', 'phone'],
    ['E-Mail', 'email', 'email'],
    ['Monat', 'enrollment_end_date', 'month'],
    ['Tarif', 'plan'],
  ),
  day: european,
  rows(who, { period, random }) {
    const street = random.chance(0.3) ? `${random.pick(STREETS)} ${who.address.split(' ')[0]}` : who.address;
    // An address with a semicolon and one with a line break: both must stay one field of one record.
    const unit = random.chance(0.03) ? 'c/o Pförtner\r\nHinterhaus' : who.unit;
    const address = [street, unit].filter(Boolean).join('; ');
    const sex = random.pick(SEXES[who.sex]);
    const phone = random.pick(PHONES)(who.phone.slice(0, 3), who.phone.slice(3, 6), who.phone.slice(6));
    const plan = random.pick(['Grundtarif', 'Komforttarif', 'Zusatz "Plus"']);
    return monthsPaid(who, period).map((month) => ({
      fields: {
        'Mitglieds-Nr.': field('member_id', text(who.memberId), who.memberId),
        Name: name(who),
        Geschlecht: field('sex', text(sex), who.sex),
        Geburtsdatum: field('birth_date', text(european(who.birthDate)), who.birthDate),
        'Straße / Nr.': field('address', text(address), address),
        PLZ: field('zip_code', text(who.zip), who.zip),
        Ort: field('city', text(who.city), who.city),
        Bundesstaat: field('state', text(who.state), who.state),
        Telefon: field('phone', text(phone), who.phone),
        'E-Mail': field('email', text(who.email), who.email),
        Monat: monthField(month === null ? '' : `${month.slice(5)}.${month.slice(0, 4)}`, month),
        Tarif: field('plan', text(plan), plan),
      },
    }));
  },
};

const claims: Feed<Claim> = {
  client: 'client_d',
  fileType: 'claims',
  key: ['Beleg-Nr.'],
  columns: columns(
    ['Beleg-Nr.', 'claim_id'],
    ['Belegart', 'record_type'],
    ['Bezug auf Beleg', 'original_claim_id'],
    ['Mitglieds-Nr.', 'member_id'],
    ['Fallart', 'claim_type'],
    ['Leistungsart', 'claim_category'],
    ['Status'],
    ['Eingang am', 'received_date', 'date'],
    ['Leistung von', 'service_start_date', 'date'],
    ['Leistung bis', 'service_end_date', 'date'],
    ['Zahlung am', 'paid_date', 'date'],
    ['Leistungserbringer', 'vendor'],
    ['NPI Rechnungssteller', 'billing_npi'],
    ['NPI Behandler', 'rendering_npi'],
    ['Leistungsort', 'place_of_service_code'],
    ['Erlöscode', 'revenue_center_code'],
    ['Ziffer', 'hcpcs_code'],
    ['Menge', 'service_unit_quantity'],
    ...diagnosisHeaders().map((header, i): [string, string] => [header, `diagnosis_code_${i + 1}`]),
    ['Rechnungsbetrag', 'charge_amount', 'amount'],
    ['Erstattungsfähig', 'allowed_amount', 'amount'],
    ['Erstattet', 'paid_amount', 'amount'],
    ['Zuzahlung', 'copayment_amount'],
    ['Eigenanteil', 'coinsurance_amount'],
    ['Selbstbehalt', 'deductible_amount'],
  ),
  day: european,
  decimal: 'comma',
  rows(claim, { random }) {
    const record = random.pick(RECORDS[claim.record]);
    const institutional = claim.type === 'I';
    const diagnoses = diagnosisFields(claim, random);
    return claim.lines.map((line) => ({
      fields: {
        'Beleg-Nr.': field('claim_id', text(claim.id), claim.id),
        Belegart: field('record_type', text(record), claim.record),
        'Bezug auf Beleg': field('original_claim_id', text(claim.originalId ?? ''), claim.originalId),
        'Mitglieds-Nr.': field('member_id', text(claim.memberId), claim.memberId),
        Fallart: field(
          'claim_type',
          text(institutional ? 'stationär' : 'ambulant'),
          institutional ? 'institutional' : 'professional',
        ),
        Leistungsart: field('claim_category', text(CATEGORIES[claim.category]!), CATEGORIES[claim.category]!),
        Status: field('claim_status', text(STATUSES[claim.status]!), claim.status.toLowerCase()),
        'Eingang am': day('received_date', claim.received),
        'Leistung von': day('service_start_date', claim.serviceStart),
        'Leistung bis': day('service_end_date', claim.serviceEnd),
        'Zahlung am': day('paid_date', claim.received),
        Leistungserbringer: plain(claim.vendor),
        'NPI Rechnungssteller': plain(claim.billingNpi),
        'NPI Behandler': plain(claim.renderingNpi),
        Leistungsort: plain(institutional ? '21' : '11'),
        // Numbers lose their zeros on the way through the administrator's system.
        Erlöscode: plain(line.revenueCode.replace(/^0/, '')),
        Ziffer: field('hcpcs_code', text(line.code), line.code),
        Menge: plain(`${line.units},0`),
        ...diagnoses,
        ...amounts(line, random),
      },
    }));
  },
};

export const clientD: Client = {
  registration,
  claims,
  csv: { newline: '\r\n', delimiter: ';', encoding: 'latin1' },
};

/** Paid ahead no further than the end of the year. */
const LAST_MONTH_PAID = '2023-12';
const STREETS = ['Schönbrunner Str.', 'Mühlenweg', 'Grüne Allee', 'Königsplatz'];
const SEXES = { female: ['W', 'W', 'W', 'weiblich'], male: ['M', 'M', 'M', 'männlich'] };
const PHONES = [
  (area: string, exchange: string, rest: string) => `+1 ${area} ${exchange}-${rest}`,
  (area: string, exchange: string, rest: string) => `(${area}) ${exchange}-${rest}`,
];
const RECORDS = {
  original: ['RE', 'RE', 'RE', 'Rechnung'],
  adjustment: ['KO', 'Korrektur'],
  reversal: ['ST', 'Storno'],
};
const STATUSES: Record<string, string> = { Paid: 'bezahlt', Denied: 'abgelehnt', Pending: 'in Prüfung' };
const CATEGORIES: Record<string, string> = {
  Medical: 'Ärztlich',
  Behavioral: 'Psychisch',
  Vision: 'Sehhilfen',
  Dental: 'Zahnärztlich',
};
const MORE_DIAGNOSES = ['E78.5', 'J45.909', 'Z79.4', 'S52.501A', 'O09.90', 'L03.115'];

/** A member whose end is not known has one row without a month; one who has left, the last month. */
function monthsPaid(who: Person, period: string): (string | null)[] {
  if (who.end === null) return [null];
  const last = who.end.slice(0, 7) < LAST_MONTH_PAID ? who.end.slice(0, 7) : LAST_MONTH_PAID;
  return last < period ? [last] : monthsBetween(period, last);
}

function name({ firstName, middleName, lastName }: Person): Field {
  const cell = text(`${lastName}, ${firstName} ${middleName}`.trimEnd());
  return { cell, means: { first_name: firstName, middle_name: middleName || null, last_name: lastName } };
}

/** A month's cell means a first and a last day. */
export function monthField(raw: string, month: string | null): Field {
  return {
    cell: text(raw),
    means: {
      enrollment_start_date: month && `${month}-01`,
      enrollment_end_date: month && lastDay(month),
    },
  };
}

const day = (column: string, iso: string): Field => field(column, text(european(iso)), iso);

function diagnosisHeaders(): string[] {
  return Array.from({ length: 8 }, (_, i) => `Diagnose ${i + 1}`);
}

function diagnosisFields(claim: Claim, random: Random): Record<string, Field> {
  const more = random.shuffled(MORE_DIAGNOSES).slice(0, random.integer(0, 5));
  const all = [...claim.diagnoses, ...more];
  return Object.fromEntries(
    diagnosisHeaders().map((header, i) => [
      header,
      field(`diagnosis_code_${i + 1}`, text(all[i] ?? ''), all[i]?.replace('.', '') ?? null),
    ]),
  );
}

function amounts(line: Line, random: Random): Record<string, Field> {
  const amount = (column: string, cents: number) =>
    field(column, text(commaDecimal(cents, random)), decimal(cents));
  return {
    Rechnungsbetrag: amount('charge_amount', line.charge),
    Erstattungsfähig: amount('allowed_amount', line.allowed),
    Erstattet: amount('paid_amount', line.paid),
    Zuzahlung: plain(commaDecimal(line.copay, random)),
    Eigenanteil: plain('0,00'),
    Selbstbehalt: plain('0,00'),
  };
}

/** Cents as `1.234,50`; a minus stands before or, as some systems print it, after. */
function commaDecimal(cents: number, random: Random): string {
  const [whole, fraction] = decimal(Math.abs(cents)).split('.') as [string, string];
  const grouped = `${whole.replace(/\B(?=(\d{3})+$)/g, '.')},${fraction}`;
  if (cents >= 0) return grouped;
  return random.chance(0.5) ? `-${grouped}` : `${grouped}-`;
}

const plain = (value: string): Field => ({ cell: text(value), means: {} });
