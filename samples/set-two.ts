import { adjustment, type Claim, laterVersion, reversal } from './claim.ts';
import { clientA } from './client-a.ts';
import { clientB } from './client-b.ts';
import { clientC } from './client-c.ts';
import { clientD } from './client-d.ts';
import { text } from './cell.ts';
import { moved, type Person, shortened } from './person.ts';
import { Random } from './random.ts';
import { claimsFile, type Order, registrationFile, type SampleFile, withDamage } from './sample-file.ts';
import {
  AUGUST_B,
  type Batch,
  CSV,
  CSV_D,
  claimOf,
  claimsOf,
  freshClaims,
  JULY,
  peopleOf,
  TEMPLATE,
  templates,
  WORKBOOK,
} from './set-one.ts';

/** What comes later: updates, corrections, a late month, a repeated upload, reversals, changed columns. */
export function setTwo(seed: number, earlier: SampleFile[]): SampleFile[] {
  return [...filesOfA(seed, earlier), ...filesOfB(seed), ...filesOfC(seed), ...filesOfD(seed)];
}

function filesOfA(seed: number, earlier: SampleFile[]): SampleFile[] {
  const random = new Random(`${seed}/set-two/client_a`);
  const order = (period: string): Order => ({ seed, spelling: 'clientA', period, layout: WORKBOOK });
  const late: Order = { ...order('2023-06'), spelling: 'client_a' };

  const august = { client: clientA, period: '2023-08', firstId: 90_020_001, count: 150, members: 330 };
  const june = { client: clientA, period: '2023-06', firstId: 90_000_001, count: 90, members: 150 };
  // The late month brings claims that July already has: July's version stays, though June is loaded after it.
  const olderVersions = range(20, 24).map((index) => laterVersion(claimOf(seed, JULY.a, index), random, '2023-06'));
  const newerVersions = range(0, 14).map((index) => laterVersion(claimOf(seed, JULY.a, index), random, '2023-08'));
  const people = [
    ...updated(seed, 'client_a', random, { moved: [0, 19], shortened: [20, 34] }),
    ...peopleOf(seed, 'client_a', 45, 329),
  ];
  const before = peopleOf(seed, 'client_a', 0, 149).map((who) => moved(who, random));

  const again = earlier.find((file) => file.client === 'client_a' && file.fileType === 'claims')!;
  return [
    withNewColumn(registrationFile(clientA, order('2023-08'), people), 'preferred language', random),
    claimsOfMonth(seed, august, order('2023-08'), newerVersions),
    { ...again, heldAlready: again },
    registrationFile(clientA, late, [...before, ...peopleOf(seed, 'client_a', 900, 904)]),
    claimsOfMonth(seed, june, late, olderVersions),
  ];
}

function filesOfB(seed: number): SampleFile[] {
  const random = new Random(`${seed}/set-two/client_b`);
  const order = (spelling: string, period: string, layout: Order['layout']): Order => ({
    seed,
    spelling,
    period,
    layout,
  });
  // The corrected July no longer has members 40 to 45, and August never had them: their claims lose their member.
  const corrected = [
    ...updated(seed, 'client_b', random, { moved: [0, 4], shortened: [5, 14] }),
    ...peopleOf(seed, 'client_b', 15, 39),
    ...peopleOf(seed, 'client_b', 46, 259),
  ];
  const august = [
    ...updated(seed, 'client_b', random, { moved: [0, 11], shortened: [12, 20] }),
    ...peopleOf(seed, 'client_b', 21, 39),
    ...peopleOf(seed, 'client_b', 46, 284),
  ];
  const correctedClaims = range(0, 29).map((index) =>
    laterVersion(claimOf(seed, AUGUST_B, index), random, '2023-08'),
  );
  const newerVersions = range(5, 12).map((index) => laterVersion(claimOf(seed, JULY.b, index), random, '2023-09'));
  const more = { client: clientB, period: '2023-08', firstId: 90_021_001, count: 60, members: 260 };
  const september = { client: clientB, period: '2023-09', firstId: 90_030_001, count: 120, members: 285 };
  const last = order('clientB', '2023-09', CSV);
  return [
    registrationFile(clientB, order('clientB', '2023-07', TEMPLATE), corrected),
    registrationFile(clientB, order('client_b', '2023-08', { ...WORKBOOK, otherSheets: true }), august),
    claimsOfMonth(seed, more, order('clientB', '2023-08', CSV), correctedClaims),
    withDamage(claimsOfMonth(seed, september, last, newerVersions), templates(clientB, last, 'claims'), [
      ...(['stray_quote', 'too_many_fields', 'unterminated_quote'] as const),
    ]),
  ];
}

function filesOfC(seed: number): SampleFile[] {
  const random = new Random(`${seed}/set-two/client_c`);
  const order = (period: string): Order => ({ seed, spelling: 'clientC', period, layout: CSV });
  const changes = [
    ...updated(seed, 'client_c', random, { moved: [0, 14], shortened: [15, 29] }),
    ...peopleOf(seed, 'client_c', 30, 119),
    ...peopleOf(seed, 'client_c', 320, 344),
  ];
  const july = (index: number) => claimOf(seed, JULY.c, index);
  const adjusted = (index: number) => adjustment(july(index), `${july(index).id}A1`, random, '2023-08');
  const first = range(0, 9).map(adjusted);
  const inAugust: Claim[] = [
    ...first,
    ...range(10, 14).map((index) => reversal(july(index), '2023-08')),
    // Taken back and replaced in one file: the adjustment stands.
    ...range(15, 17).flatMap((index) => [reversal(july(index), '2023-08'), adjusted(index)]),
    ...range(18, 19).map((index) => laterVersion(july(index), random, '2023-08')),
  ];
  const second = (index: number) => adjustment(first[index]!, `${july(index).id}A2`, random, '2023-09');
  const inSeptember: Claim[] = [
    ...range(0, 2).map(second),
    // The second adjustment may name the original as well as the first adjustment.
    ...range(3, 5).map((index) => ({ ...second(index), originalId: july(index).id })),
    ...range(6, 7).map((index) => reversal(first[index]!, '2023-09')),
  ];
  const august = { client: clientC, period: '2023-08', firstId: 90_022_001, count: 150, members: 345 };
  const september = { client: clientC, period: '2023-09', firstId: 90_032_001, count: 110, members: 345 };
  const optional = ['mod1', 'ndc'];
  const lessColumns = claimsOfMonth(seed, september, order('2023-09'), inSeptember);
  return [
    registrationFile(clientC, order('2023-08'), changes),
    withNewColumn(claimsOfMonth(seed, august, order('2023-08'), inAugust), 'drg_cd', random),
    { ...lessColumns, header: lessColumns.header.filter((name) => !optional.includes(name)) },
  ];
}

function filesOfD(seed: number): SampleFile[] {
  const random = new Random(`${seed}/set-two/client_d`);
  const order = (period: string): Order => ({ seed, spelling: 'clientD', period, layout: CSV_D });
  const july = (index: number) => claimOf(seed, JULY.d, index);
  const inAugust: Claim[] = [
    ...range(0, 7).map((index) => adjustment(july(index), `${july(index).id}K`, random, '2023-08')),
    ...range(8, 12).map((index) => reversal(july(index), '2023-08')),
    ...range(13, 16).map((index) => laterVersion(july(index), random, '2023-08')),
  ];
  const august = { client: clientD, period: '2023-08', firstId: 90_022_201, count: 90, members: 130 };
  const people = [
    ...peopleOf(seed, 'client_d', 0, 9).map((who) => moved(who, random)),
    ...peopleOf(seed, 'client_d', 14, 129),
  ];
  const damage = ['junk_after_quote', 'too_few_fields'] as const;
  return [
    withDamage(
      registrationFile(clientD, order('2023-08'), people),
      templates(clientD, order('2023-08'), 'patient_registration'),
      [...damage],
    ),
    claimsOfMonth(seed, august, order('2023-08'), inAugust),
    // June comes late: its months are added before July's.
    registrationFile(clientD, { ...order('2023-06'), spelling: 'client_d' }, peopleOf(seed, 'client_d', 0, 39)),
  ];
}

function claimsOfMonth(seed: number, batch: Batch, order: Order, versions: Claim[]): SampleFile {
  return claimsFile(batch.client, order, [...versions, ...claimsOf(seed, batch)], freshClaims(seed, batch));
}

interface Changes {
  moved: [from: number, to: number];
  shortened: [from: number, to: number];
}

function updated(seed: number, client: string, random: Random, changes: Changes): Person[] {
  return [
    ...peopleOf(seed, client, ...changes.moved).map((who) => moved(who, random)),
    ...peopleOf(seed, client, ...changes.shortened).map(shortened),
  ];
}

/** The same file with its columns in another order and one more among them. */
function withNewColumn(file: SampleFile, header: string, random: Random): SampleFile {
  const values = ['English', 'Spanish', 'Vietnamese', '470', ''];
  const rows = file.rows.map((row) => ({
    ...row,
    fields: { ...row.fields, [header]: { cell: text(random.pick(values)), means: {} } },
  }));
  return { ...file, header: random.shuffled([...file.header, header]), rows };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
