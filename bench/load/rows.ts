import { type Cell, DATE_FORMATS, dateCell, MONEY_FORMAT, number, text } from '../../samples/cell.ts';
import { Random } from '../../samples/random.ts';

export const HEADER = [
  ...[
    'clm_id',
    'clm_ln',
    'orig_clm_id',
    'rec_type',
    'clm_type',
    'mbr_id',
    'svc_from',
    'svc_to',
    'paid_dt',
    'bill_npi',
  ],
  ...[
    'rend_npi',
    'fac_npi',
    'pos',
    'bill_type',
    'rev_cd',
    'hcpcs',
    'mod1',
    'dx1',
    'dx2',
    'dx3',
    'ndc',
    'units',
    'billed',
  ],
  ...['allowed', 'paid', 'copay', 'coins', 'ded', 'status'],
];

/** Of all fields so many are quoted without need, as some exports do; of all statuses so many need it. */
const QUOTED = 0.045;
const NOTED = 0.2;
const NOTES = [
  'DENIED, CO-16 missing information',
  'PEND, medical review',
  'PAID\nadjusted',
  'PEND\r\nsecond line',
  'REVERSED "dup" claim',
  'PAID, per "contract" rate',
  'DENIED\nCO-97, bundled',
];
const DAY_MS = 86_400_000;

/** Claim lines as a payer sends them, one row after the other; the same for the same seed. */
export function* claimLines(rows: number, seed = 'bench'): Generator<Cell[]> {
  const random = new Random(seed);
  const digits = (count: number) => String(random.integer(0, 10 ** count - 1)).padStart(count, '0');
  const some = (count: number, one: () => string) => Array.from({ length: count }, one);
  const npis = some(4000, () => `1${digits(9)}`);
  const members = some(60_000, () => `${random.pick([...'ABCDHMW'])}${digits(9)}0${digits(1)}`);
  const diagnoses = some(
    1500,
    () => random.pick([...'ABCDEFGHIJKLMNRSTVZ']) + digits(2) + (random.chance(0.75) ? `.${digits(2)}` : ''),
  );
  const procedures = some(1200, () => (random.chance(0.75) ? digits(5) : `J${digits(4)}`));
  const drugs = some(1500, () => digits(11));
  const day = (offset: number) =>
    dateCell(new Date(Date.UTC(2025, 0, 1) + offset * DAY_MS).toISOString().slice(0, 10), DATE_FORMATS[0]);
  const money = (cents: number) => number(Math.round(cents) / 100, MONEY_FORMAT);
  const maybe = (probability: number, value: string) => text(random.chance(probability) ? value : '');

  for (let written = 0, claim = 1; written < rows; claim++) {
    const institutional = random.chance(1 / 3);
    const from = random.integer(0, 689);
    const same = [
      random.chance(0.05) ? text(`2025${digits(13)}`) : text(''),
      text(random.pick([...'OOOOAV'])),
      text(institutional ? 'I' : 'P'),
      text(random.pick(members)),
      day(from),
      day(from + (institutional ? random.integer(0, 5) : 0)),
      day(from + random.integer(10, 59)),
      number(Number(random.pick(npis))),
      number(Number(random.pick(npis))),
      institutional ? number(Number(random.pick(npis))) : text(''),
      text(institutional ? '' : random.pick(['11', '21', '22', '23', '02', '81'])),
      text(institutional ? random.pick(['0111', '0131', '0137', '0851']) : ''),
    ];
    const id = text(`2026${String(claim * 7 + 1_000_000).padStart(9, '0')}${digits(4)}`);
    const ownDiagnoses = [1, 1 / 2, 1 / 3].map((chance) => maybe(chance, random.pick(diagnoses)));
    const lines = Math.min(random.integer(1, 5), rows - written);
    for (let line = 1; line <= lines; line++, written++) {
      const billed = random.integer(2000, 252_000);
      const allowed = (billed * random.integer(30, 80)) / 100;
      const [copay, coinsurance, deductible] = [
        random.pick([0, 0, 1000, 2000, 3500]),
        random.chance(1 / 3) ? allowed / 10 : 0,
        random.chance(1 / 6) ? allowed / 5 : 0,
      ];
      yield [
        id,
        number(line),
        ...same,
        maybe(institutional ? 1 : 0, random.pick(['0120', '0250', '0300', '0360', '0450', '0636'])),
        text(random.pick(procedures)),
        maybe(0.7, random.pick(['25', '59', 'LT', 'RT', 'TC', '26', 'GA'])),
        ...ownDiagnoses,
        maybe(1 / 8, random.pick(drugs)),
        number(random.chance(2 / 3) ? 1 : random.integer(2, 30)),
        ...[billed, allowed, Math.max(0, allowed - copay - coinsurance - deductible)].map(money),
        ...[copay, coinsurance, deductible].map(money),
        text(random.chance(NOTED) ? random.pick(NOTES) : random.pick([...'PPPDR'])),
      ];
    }
  }
}

/** The row as a line of a CSV. */
export function csvLine(cells: readonly Cell[], random: Random): string {
  const values = cells.map((cell) => {
    const value = written(cell);
    const must = cell.kind === 'text' && /[",\r\n]/.test(value);
    return must || (value !== '' && random.chance(QUOTED)) ? `"${value.replaceAll('"', '""')}"` : value;
  });
  return `${values.join(',')}\n`;
}

function written(cell: Cell): string {
  if (cell.kind === 'blank') return '';
  if (cell.kind === 'text') return cell.text;
  if (cell.format === MONEY_FORMAT) return cell.number.toFixed(2);
  return cell.format === undefined ? String(cell.number) : isoDay(cell.number);
}

/** Day of Excel's serial number, which counts from the last but one of 1899. */
const isoDay = (serial: number) =>
  new Date(Date.UTC(1899, 11, 30) + serial * DAY_MS).toISOString().slice(0, 10);
