import { type Claim, claim } from './claim.ts';
import { clientA } from './client-a.ts';
import { clientB } from './client-b.ts';
import { clientC } from './client-c.ts';
import { clientD } from './client-d.ts';
import type { Client } from './feed.ts';
import { person } from './person.ts';
import { Random } from './random.ts';
import type { Row } from './row.ts';
import {
  claimsFile,
  contextOf,
  type CsvLayout,
  type Order,
  registrationFile,
  type SampleFile,
  type WorkbookLayout,
  withDamage,
} from './sample-file.ts';

export const WORKBOOK: WorkbookLayout = { format: 'xlsx', sheetName: 'Sheet1' };
export const CSV: CsvLayout = { format: 'csv', newline: '\n' };
export const CSV_D: CsvLayout = { format: 'csv', ...clientD.csv! };
/** client_b's template is formatted far below its data. */
export const TEMPLATE: WorkbookLayout = { format: 'xlsx', sheetName: 'Members', blankRowsBelow: 3000 };

/** Claims that belong together: numbered from a first id, about the first so many members. */
export interface Batch {
  client: Client;
  period: string;
  firstId: number;
  count: number;
  members: number;
}

/** Claim ids of the three clients overlap on purpose, as their member ids do. */
export const JULY: Record<'a' | 'b' | 'c' | 'd', Batch> = {
  a: { client: clientA, period: '2023-07', firstId: 90_010_001, count: 280, members: 310 },
  b: { client: clientB, period: '2023-07', firstId: 90_010_101, count: 240, members: 270 },
  c: { client: clientC, period: '2023-07', firstId: 90_010_151, count: 360, members: 330 },
  d: { client: clientD, period: '2023-07', firstId: 90_010_201, count: 170, members: 125 },
};
export const AUGUST_B: Batch = {
  client: clientB,
  period: '2023-08',
  firstId: 90_020_101,
  count: 200,
  members: 285,
};

/** The claim at a place of a batch: always the same for a seed. */
export function claimOf(seed: number, batch: Batch, index: number): Claim {
  const { client } = batch.client.claims;
  const id = String(batch.firstId + index);
  return claim(new Random(`${seed}/claim/${client}/${id}`), { ...batch, id, client });
}

export const claimsOf = (seed: number, batch: Batch): Claim[] =>
  Array.from({ length: batch.count }, (_, index) => claimOf(seed, batch, index));

/** Claims beyond the batch, each a new one. */
export function freshClaims(seed: number, batch: Batch): () => Claim {
  let index = batch.count;
  return () => claimOf(seed, batch, index++);
}

export const peopleOf = (seed: number, client: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => person(seed, client, from + index));

/** Good rows of people or claims that are in no file: what damaged records are made of. */
export function templates(client: Client, order: Order, fileType: SampleFile['fileType']): Row[] {
  const indexes = Array.from({ length: 6 }, (_, index) => index);
  if (fileType === 'patient_registration') {
    const context = contextOf(order, client.registration);
    const strangers = indexes.map((index) => person(order.seed, client.registration.client, 9100 + index));
    return strangers.flatMap((who) => client.registration.rows(who, context));
  }
  const batch = { client, period: order.period, firstId: 99_990_001, count: 6, members: 100 };
  const context = contextOf(order, client.claims);
  return claimsOf(order.seed, batch).map((each) => client.claims.rows(each, context)[0]!);
}

/** July 2023 of every client, and client_b's claims of August. */
export function setOne(seed: number): SampleFile[] {
  const july = (spelling: string, layout: Order['layout']): Order => ({
    seed,
    spelling,
    period: '2023-07',
    layout,
  });
  const claims = (batch: Batch, order: Order) =>
    claimsFile(batch.client, order, claimsOf(seed, batch), freshClaims(seed, batch));
  const members = (client: Client, order: Order, count: number) =>
    registrationFile(client, order, peopleOf(seed, client.registration.client, 0, count - 1));

  const claimsB = july('client_b', CSV);
  const membersC = july('clientC', { ...CSV, byteOrderMark: true });
  const claimsC = july('clientC', { ...CSV, newline: '\r\n' });
  const [membersD, claimsD] = [july('clientD', CSV_D), july('clientD', CSV_D)];
  return [
    members(clientA, july('clientA', WORKBOOK), 300),
    claims(JULY.a, july('clientA', WORKBOOK)),
    members(clientB, july('client_b', TEMPLATE), 260),
    withDamage(claims(JULY.b, claimsB), templates(clientB, claimsB, 'claims'), [
      ...(['too_few_fields', 'stray_quote', 'too_many_fields', 'end_of_data_marker'] as const),
    ]),
    withDamage(members(clientC, membersC, 320), templates(clientC, membersC, 'patient_registration'), [
      ...(['too_many_fields', 'junk_after_quote', 'too_few_fields'] as const),
    ]),
    withDamage(claims(JULY.c, claimsC), templates(clientC, claimsC, 'claims'), [
      ...(['end_of_data_marker', 'too_few_fields', 'stray_quote', 'too_many_fields'] as const),
      ...(['junk_after_quote', 'too_few_fields'] as const),
    ]),
    claims(AUGUST_B, { seed, spelling: 'clientB', period: '2023-08', layout: WORKBOOK }),
    members(clientD, membersD, 120),
    withDamage(claims(JULY.d, claimsD), templates(clientD, claimsD, 'claims'), [
      ...(['too_few_fields', 'stray_quote', 'end_of_data_marker', 'too_many_fields'] as const),
    ]),
  ];
}
