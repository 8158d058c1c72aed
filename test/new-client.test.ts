import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedger } from '../src/dev/figures.ts';
import { Pipeline } from './setup/pipeline.ts';
import { until } from './setup/until.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const RUN_MS = 150_000;

const manifest = JSON.parse(await readFile(join(PROJECT, 'samples/manifest.json'), 'utf8'));
const sent = (manifest.sets as { files: { path: string; client: string; answer: number }[] }[]).flatMap(
  ({ files }) => files.filter(({ client, answer }) => client === 'client_d' && answer === 202),
);
const firstMonth = sent
  .map(({ path }) => join(PROJECT, 'samples', path))
  .filter((path) => /set-1/.test(path));

/**
 * What a person adds to the draft: the client's manual says what later months will bring, and when.
 * Corrections are not among the first month's claims.
 */
const EDITS: [drafted: string | RegExp, edited: string][] = [
  [
    'values: { original: [Rechnung, RE] }',
    'values: { original: [Rechnung, RE], adjustment: [KO, Korrektur], reversal: [ST, Storno] }',
  ],
  [/# (expected: monthly by day) 10 .*/g, '$1 20'],
];

describe('a client that is new', () => {
  let folder: string;
  let env: Record<string, string>;
  let pipeline: Pipeline | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waymark-new-client-'));
    env = { FEEDS_DIR: join(folder, 'feeds'), DBT_PROJECT_DIR: join(folder, 'dbt') };
    await cp(join(PROJECT, 'feeds'), env.FEEDS_DIR!, { recursive: true });
    await cp(join(PROJECT, 'dbt'), env.DBT_PROJECT_DIR!, {
      recursive: true,
      filter: (path) => !/\/(target|logs|__pycache__)$/.test(path),
    });
    await rm(join(env.FEEDS_DIR!, 'client_d.yaml'));
    expect(await waymark('feeds', 'build')).toMatch(/removed .*stg_client_d__claims\.sql/);
  });
  afterAll(async () => {
    await pipeline?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function waymark(...args: string[]): Promise<string> {
    const program = [join(PROJECT, 'src/waymark.ts'), ...args];
    const { stdout } = await promisify(execFile)(process.execPath, program, {
      env: { ...process.env, ...env },
    });
    return stdout;
  }

  test(
    'comes to the marts by a description alone: drafted, edited, checked, built',
    async () => {
      const path = join(env.FEEDS_DIR!, 'client_d.yaml');
      await waymark('feeds', 'draft', ...firstMonth, '--out', path);
      let description = await readFile(path, 'utf8');
      for (const [drafted, edited] of EDITS) {
        expect(description).toMatch(drafted);
        description = description.replace(drafted, edited);
      }
      await writeFile(path, description);
      expect(await waymark('feeds', 'check', ...firstMonth)).toContain('rows would be loaded');
      await waymark('feeds', 'build');

      pipeline = await Pipeline.start({
        env: { ...env, WAYMARK_AS_OF_DATE: manifest.as_of_date, WAYMARK_DBT_TARGET: join(folder, 'target') },
      });
      const ids: string[] = [];
      for (const file of sent) {
        const name = basename(file.path);
        const { id } = await pipeline.load(await readFile(join(PROJECT, 'samples', file.path)), name);
        ids.push(id);
      }
      await pipeline.startRole('transform');
      await until(
        async () => {
          const files = await Promise.all(ids.map((id) => pipeline!.ask('GET', `/files/${id}`)));
          return files.every(({ body }) => body.run_id !== null || body.state === 'superseded');
        },
        'the files to be in the marts',
        RUN_MS,
      );

      const ledger = await openLedger(pipeline.env as never);
      const figures = await ledger.figures();
      await ledger.close();
      const { member_status, flags, excluded, ...expected } =
        manifest.expected.after_set_2.by_client.client_d;
      expect(figures.by_client.client_d).toMatchObject(
        Object.fromEntries(Object.entries(expected).filter(([name]) => name in figures.by_client.client_d!)),
      );
      expect({ flags: figures.flags, excluded: figures.excluded }).toEqual({ flags, excluded });
      const { rows } = await pipeline.db.query(
        'select member_status, count(*)::int as n from mart.member group by 1',
      );
      expect(Object.fromEntries(rows.map((row) => [row.member_status, row.n]))).toEqual(member_status);
    },
    2 * RUN_MS,
  );
});
