import { addDays } from './date.ts';
import { memberId } from './person.ts';
import type { Random } from './random.ts';

/** A claim as the client knows it, before any client's way of writing. Money in cents. */
export interface Claim {
  id: string;
  memberId: string;
  received: string;
  serviceStart: string;
  serviceEnd: string;
  category: string;
  type: 'P' | 'I';
  vendor: string;
  service: string;
  status: string;
  diagnoses: string[];
  billingNpi: string;
  renderingNpi: string;
  lines: Line[];
  record: 'original' | 'adjustment' | 'reversal';
  /** The claim that an adjustment or a reversal is about. */
  originalId: string | null;
}

export interface Line {
  number: number;
  system: 'CPT' | 'HCPCS';
  code: string;
  revenueCode: string;
  units: number;
  charge: number;
  allowed: number;
  paid: number;
  copay: number;
}

const CATEGORIES = ['Medical', 'Medical', 'Medical', 'Behavioral', 'Vision', 'Dental'];
const VENDORS = ['Tidewater Health', 'Sentara Labs', 'Riverside, Inc.', 'Bon Secours', 'Chesapeake Imaging'];
const SERVICES = ['Emergency', 'Outpatient', 'Inpatient', 'Laboratory', 'Radiology, "stat"', 'Office visit'];
const STATUSES = ['Paid', 'Paid', 'Paid', 'Denied', 'Pending'];
const CPT = [
  '99213',
  '99214',
  '99203',
  '80053',
  '85025',
  '71046',
  '93000',
  '00100',
  '00810',
  '36415',
  '0001F',
];
const HCPCS = ['G0439', 'J1100', 'A0429', 'G0283', 'E0114'];
const DIAGNOSES = ['E11.9', 'I10', 'J06.9', 'M54.50', 'F41.1', 'Z00.00', 'K21.9', 'N39.0', 'R07.9'];
const REVENUE_CODES = ['0450', '0300', '0320', '0510', '0636'];

export interface ClaimRequest {
  id: string;
  client: string;
  period: string;
  /** Claims are of members 0 to members − 1. */
  members: number;
}

export function claim(random: Random, { id, client, period, members }: ClaimRequest): Claim {
  const type = random.chance(0.3) ? 'I' : 'P';
  const received = addDays(`${period}-01`, random.integer(0, 27));
  const serviceEnd = addDays(received, -random.integer(3, 20));
  return {
    id,
    memberId: memberId(client, random.integer(0, members - 1)),
    received,
    serviceStart: type === 'I' ? addDays(serviceEnd, -random.integer(0, 4)) : serviceEnd,
    serviceEnd,
    category: random.pick(CATEGORIES),
    type,
    vendor: random.pick(VENDORS),
    service: random.pick(SERVICES),
    status: random.pick(STATUSES),
    diagnoses: random.shuffled(DIAGNOSES).slice(0, random.integer(1, 3)),
    billingNpi: npi(random),
    renderingNpi: npi(random),
    lines: Array.from({ length: random.integer(1, 4) }, (_, index) => line(random, index + 1, type)),
    record: 'original',
    originalId: null,
  };
}

function line(random: Random, number: number, type: 'P' | 'I'): Line {
  const charge = random.integer(1_500, 250_000);
  const allowed = Math.round((charge * random.integer(35, 90)) / 100);
  const copay = Math.min(allowed, random.pick([0, 0, 2_000, 3_500]));
  const hcpcs = random.chance(0.2);
  return {
    number,
    system: hcpcs ? 'HCPCS' : 'CPT',
    code: random.pick(hcpcs ? HCPCS : CPT),
    revenueCode: type === 'I' ? random.pick(REVENUE_CODES) : '',
    units: random.integer(1, 3),
    charge,
    allowed,
    paid: allowed - copay,
    copay,
  };
}

/** A later version under the same id: other amounts and, now and then, one line more or less. */
export function laterVersion(earlier: Claim, random: Random, period: string): Claim {
  const lines = earlier.lines.map((each) => line(random, each.number, earlier.type));
  const change = random.pick(['none', 'none', 'one more', 'one less']);
  if (change === 'one more') lines.push(line(random, lines.length + 1, earlier.type));
  if (change === 'one less' && lines.length > 1) lines.pop();
  return { ...earlier, received: addDays(`${period}-01`, random.integer(0, 27)), status: 'Paid', lines };
}

/** An adjustment has an id of its own and names the claim it replaces. */
export function adjustment(of: Claim, id: string, random: Random, period: string): Claim {
  return { ...laterVersion(of, random, period), id, record: 'adjustment', originalId: of.id };
}

/** A reversal takes a claim back: the same lines with negative amounts. */
export function reversal(of: Claim, period: string): Claim {
  const negative = (each: Line): Line => ({
    ...each,
    charge: -each.charge,
    allowed: -each.allowed,
    paid: -each.paid,
    copay: each.copay === 0 ? 0 : -each.copay,
  });
  return {
    ...of,
    id: `${of.id}R`,
    received: addDays(`${period}-01`, 9),
    record: 'reversal',
    originalId: of.id,
    lines: of.lines.map(negative),
  };
}

/** A diagnosis as the marts have it: `E11.9` → `E119`. */
export const codeOf = (diagnosis: string): string => diagnosis.replace('.', '');

/** Cents as text with two decimals: -4500 → `-45.00`. */
export function decimal(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A national provider identifier with its check digit (Luhn over the prefix 80840). */
function npi(random: Random): string {
  const stem = `1${String(random.integer(0, 99_999_999)).padStart(8, '0')}`;
  let sum = 0;
  [...`80840${stem}`].reverse().forEach((digit, position) => {
    const value = Number(digit) * (position % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return `${stem}${(10 - (sum % 10)) % 10}`;
}
