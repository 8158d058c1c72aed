import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Drift } from '../src/files/drift.ts';
import { type FileBody, Pipeline } from './setup/pipeline.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.start();
});
afterAll(() => pipeline?.stop());

const ROWS = 40;
const MEMBER: Record<string, string> = {
  Elig_Dt: '12/31/2023',
  mem_id: '1',
  Member_Fullname: 'A B',
  Dob: '1/1/1980',
  Gender: 'F',
  Member_City: 'Springfield',
  Member_State: 'VA',
  Member_Zip: '22150',
  Member_Phone: '703-555-0100',
};

/** A registration of client_b: 40 members with these columns. */
function members(
  columns: string[],
  value: (column: string, row: number) => string | undefined = () => undefined,
) {
  const rows = Array.from({ length: ROWS }, (_, row) =>
    columns.map((column) =>
      column === 'mem_id' ? String(row) : (value(column, row) ?? MEMBER[column] ?? 'something'),
    ),
  );
  return `${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

const send = (period: string, content: string) =>
  pipeline.load(content, `Patient-membership-client_b-${period}.csv`);
const driftOf = async (file: FileBody) =>
  (await pipeline.ask<FileBody & { drift: Drift }>('GET', `/files/${file.id}`)).body.drift;

describe('the drift of a feed', () => {
  const columns = Object.keys(MEMBER);
  let june: FileBody;

  test('begins with the description of the feed', async () => {
    june = await send('202306', members(['Plan', ...columns]));
    expect(await driftOf(june)).toEqual({
      added: ['plan'],
      missing: ['age_in_mths_no', 'member_address', 'member_address_2'],
      compared_with: null,
      appeared: [],
      vanished: [],
      renamed: [],
      mostly_null: [],
    });
  });

  test('is what was renamed, vanished, appeared, or became null since the file before', async () => {
    const july = await send(
      '202307',
      members(
        columns
          .filter((column) => column !== 'Member_City')
          .map((column) => (column === 'Member_Phone' ? 'Phone_Number' : column))
          .toSpliced(1, 0, 'Line of Business'),
        // No-break and other spaces: nothing, as an empty cell is.
        (column, row) =>
          column === 'Member_Zip' ? (['', '" "', '\u00a0\u2003', '""'][row % 4] ?? '') : undefined,
      ),
    );
    expect(july).toMatchObject({ state: 'loaded', rows_loaded: ROWS, load_path: 'copy' });
    expect(await driftOf(july)).toEqual({
      added: ['line_of_business', 'phone_number'],
      missing: ['age_in_mths_no', 'member_address', 'member_address_2', 'member_city', 'member_phone'],
      compared_with: june.id,
      appeared: ['line_of_business'],
      vanished: ['plan', 'member_city'],
      renamed: [{ column: 'phone_number', likely_from: 'member_phone', because: ['name', 'position'] }],
      mostly_null: [{ column: 'member_zip', share: 1, share_before: 0 }],
    });
  });

  test('is told to Prometheus of the latest file, and no name or value with it', async () => {
    const { body } = await pipeline.ask<string>('GET', '/metrics', { token: null });
    const told = Object.fromEntries(
      [
        ...body.matchAll(
          /^waymark_feed_drift_columns\{client="client_b",file_type="patient_registration",kind="(\w+)",.*\} (\d+)$/gm,
        ),
      ].map(([, kind, count]) => [kind, Number(count)]),
    );
    expect(told).toEqual({ added: 2, missing: 5, appeared: 1, vanished: 2, renamed: 1, mostly_null: 1 });
    expect(body).not.toMatch(/phone|22150/i);
  });

  test('is over once the feed is as it was, whichever way the rows took', async () => {
    const back = await send(
      '202308',
      members(['Plan', ...columns], (column, row) =>
        // A bare quote: the tolerant way.
        column === 'Member_City' && row === 3 ? 'Spring "field' : undefined,
      ),
    );
    expect(back.load_path).toBe('records');
    const drift = await driftOf(back);
    expect(drift).toMatchObject({ mostly_null: [], vanished: ['line_of_business'] });
    expect(drift.renamed).toEqual([
      { column: 'member_phone', likely_from: 'phone_number', because: ['name', 'position'] },
    ]);
    expect((await pipeline.ask('DELETE', `/files/${drift.compared_with}`)).status).toBe(200);
    expect(await driftOf(back)).toMatchObject({
      compared_with: june.id,
      appeared: [],
      vanished: [],
      renamed: [],
    });
  });
});

describe('a feed', () => {
  test('is listed with what came and what is late', async () => {
    const { status, body } = await pipeline.ask<{ items: Record<string, unknown>[] }>('GET', '/feeds');
    expect(status).toBe(200);
    const feed = body.items.find(
      ({ client, file_type }) => client === 'client_b' && file_type === 'patient_registration',
    );
    expect(feed).toMatchObject({
      delivery: 'snapshot',
      expected: { every: 'month', by_day: 15 },
      first_period: '2023-06',
      last_period: '2023-08',
    });
    const late = feed!.late_periods as string[];
    expect(late, 'the last two years').toHaveLength(24);
    expect(
      body.items.find(({ client, file_type }) => client === 'client_b' && file_type === 'claims'),
    ).toMatchObject({
      first_period: null,
      late_periods: [],
    });
    const { body: metrics } = await pipeline.ask<string>('GET', '/metrics', { token: null });
    expect(metrics).toMatch(
      /^waymark_feed_late_periods\{client="client_b",file_type="patient_registration",.*\} 24$/m,
    );
    expect((await pipeline.ask('GET', '/feeds', { token: null })).status).toBe(401);
  });
});
