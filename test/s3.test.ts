import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FileBody, Pipeline } from './setup/pipeline.ts';
import { hasS3, TestS3 } from './setup/s3.ts';
import { until } from './setup/until.ts';

const claims = (ids: readonly string[]) =>
  `memb_id,claim_number,received_date,code,cost_total,status\n${ids.map((id) => `M1,${id},7/1/2023,99213,10.00,paid\n`).join('')}`;
const WORKBOOK = 'Patient-membership-clientA-202307.xlsx';
const workbook = readFileSync(new URL(`../samples/set-1/${WORKBOOK}`, import.meta.url));

const stored = (s3: TestS3): string[] =>
  readdirSync(s3.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(s3.folder.length + 1));

describe.skipIf(!hasS3)('with a bucket as the storage', () => {
  let s3: TestS3;
  let pipeline: Pipeline;

  beforeAll(async () => {
    s3 = await TestS3.start();
    pipeline = await Pipeline.start({ env: s3.env('payers') });
  });
  afterAll(async () => {
    await pipeline?.stop();
    await s3?.stop();
  });

  async function exported({ id, client, file_type }: FileBody): Promise<number> {
    const { rows } = await pipeline.db.query(
      `select count(*)::int as count from export."${file_type}_${client}" where _file_id = $1`,
      [id],
    );
    return rows[0].count;
  }

  test('CSV and XLSX are taken in, loaded, and taken out with their bytes', async () => {
    const csv = await pipeline.load(claims(['C1', 'C2']), 'Patient-claim-client_b-202301.csv');
    expect(csv).toMatchObject({ state: 'loaded', rows_loaded: 2, load_path: 'copy' });
    const xlsx = await pipeline.load(workbook, WORKBOOK);
    expect(xlsx).toMatchObject({ state: 'loaded', format: 'xlsx', rows_rejected: 0 });
    expect(await exported(csv)).toBe(2);
    expect(await exported(xlsx)).toBe(xlsx.rows_loaded);
    expect(stored(s3).sort()).toEqual([
      `payers/files/client_a/patient_registration/2023-07/${xlsx.id}.xlsx`,
      `payers/files/client_b/claims/2023-01/${csv.id}.csv`,
    ]);
    for (const { id } of [csv, xlsx]) expect((await pipeline.ask('DELETE', `/files/${id}`)).status).toBe(200);
    await until(async () => stored(s3).length === 0, 'the bytes to be taken out');
    await until(async () => (await exported(csv)) === 0, 'the rows to be taken out');
  });

  test('a file that is refused, held already or larger than a part leaves what it should', async () => {
    const name = 'Patient-claim-client_b-202302.csv';
    expect((await pipeline.send('not,a,claim\n1,2,3\n', name)).status).toBe(400);
    expect(stored(s3)).toEqual([]);
    const ids = Array.from({ length: 300_000 }, (_, i) => `L${i}`);
    const large = await pipeline.load(claims(ids), name);
    expect(large).toMatchObject({ state: 'loaded', rows_loaded: ids.length });
    expect((await pipeline.send(claims(ids), name)).status).toBe(200);
    expect(stored(s3)).toEqual([`payers/files/client_b/claims/2023-02/${large.id}.csv`]);
  });

  test('a client that aborts half way leaves no bytes, nor parts of them', async () => {
    const before = stored(s3);
    const upload = request(`${pipeline.apiUrl}/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${pipeline.env.API_TOKEN}`,
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': '100000000',
      },
    });
    upload.on('error', () => {});
    upload.write('--x\r\nContent-Disposition: form-data; name="file"; filename="f.csv"\r\n\r\n');
    for (let i = 0; i < 20; i++) upload.write(Buffer.alloc(2 ** 20, 'x'));
    await until(async () => stored(s3).length === before.length + 2, 'two parts to arrive');
    upload.destroy();
    await until(async () => stored(s3).length === before.length, 'the parts to be forgotten');
    expect(stored(s3)).toEqual(before);
  });

  test('bytes that are gone fail the load, and say so', async () => {
    const { id } = await pipeline.load(claims(['G1']), 'Patient-claim-client_b-202303.csv');
    rmSync(join(s3.folder, `payers/files/client_b/claims/2023-03/${id}.csv`));
    await pipeline.db.query(`update ingest.file set state = 'failed' where id = $1`, [id]);
    expect((await pipeline.ask('POST', `/files/${id}/retry`)).status).toBe(202);
    expect(await pipeline.settled(id)).toMatchObject({
      state: 'failed',
      attempts: 5,
      message: expect.stringContaining('The stored bytes are not there.'),
    });
  });

  test.runIf(process.getuid?.() === 0)('a full bucket is 507 and leaves nothing', async () => {
    const data = await mkdtemp(join(tmpdir(), 'waymark-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', data]);
    const full = await TestS3.start({ data });
    try {
      await pipeline.startApi(full.env());
      const big = claims(Array.from({ length: 60_000 }, (_, i) => `B${i}`));
      const { status, body } = await pipeline.send(big, 'Patient-claim-client_b-202304.csv');
      expect([status, body.type]).toEqual([507, 'urn:waymark:problem:storage_full']);
      expect(stored(full)).toEqual([]);
    } finally {
      await full.stop();
      execFileSync('umount', [data]);
      await rm(data, { recursive: true });
    }
  });

  test('out of reach it is 503 for an upload, and a wait for a load', async () => {
    await pipeline.startApi();
    const name = 'Patient-claim-client_b-202305.csv';
    const { id } = await pipeline.load(claims(['A1']), 'Patient-claim-client_b-202304.csv');
    await s3.goAway();
    const { status, body, headers } = await pipeline.send(claims(['A1']), name);
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(body.detail).toBe('The storage is out of reach. Try again in a moment.');
    const ready = await fetch(`${pipeline.apiUrl}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', missing: ['storage'] }]);

    await pipeline.db.query(`update ingest.file set state = 'failed' where id = $1`, [id]);
    await pipeline.ask('POST', `/files/${id}/retry`);
    await until(async () => {
      const file = (await pipeline.ask('GET', `/files/${id}`)).body;
      return file.attempts > 0 && file.message === 'The storage is out of reach.';
    }, 'a load to meet the storage that is away');
    await s3.comeBack();
    expect(await pipeline.settled(id)).toMatchObject({ state: 'loaded' });
    expect(await pipeline.load(claims(['A1']), name)).toMatchObject({ state: 'loaded', rows_loaded: 1 });
  });

  test('no log tells of the credentials', () => {
    expect(pipeline.logs()).not.toContain(s3.env().AWS_SECRET_ACCESS_KEY);
  });
});
