import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { Warehouse } from './setup/warehouse.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const BUILD_MS = 240_000;

/** What goes on in a clone whose owner deletes the sample clients: one feed is left, or none. */
describe('the dbt project builds', () => {
  let folder: string;
  let env: Record<string, string>;
  let warehouse: Warehouse | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waymark-any-clients-'));
    env = { FEEDS_DIR: join(folder, 'feeds'), DBT_PROJECT_DIR: join(folder, 'dbt') };
    await cp(join(PROJECT, 'feeds'), env.FEEDS_DIR!, { recursive: true });
    await cp(join(PROJECT, 'dbt'), env.DBT_PROJECT_DIR!, {
      recursive: true,
      filter: (path) => !/\/(target|logs|__pycache__)$/.test(path),
    });
  });
  afterEach(async () => {
    await warehouse?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Deletes all descriptions but what one says of one file type, and builds the models. */
  async function leave(only?: { client: string; without: string }): Promise<string[]> {
    for (const name of await readdir(env.FEEDS_DIR!)) {
      const path = join(env.FEEDS_DIR!, name);
      if (only && name === `${only.client}.yaml`) {
        const description = parseDocument(await readFile(path, 'utf8'));
        description.deleteIn(['feeds', only.without]);
        await writeFile(path, description.toString());
      } else if (name.endsWith('.yaml')) await rm(path);
    }
    const program = [join(PROJECT, 'src/waymark.ts'), 'feeds', 'build'];
    await promisify(execFile)(process.execPath, program, { env: { ...process.env, ...env } });
    const models = await readdir(join(env.DBT_PROJECT_DIR!, 'models'), { recursive: true });
    return models.filter((path) => /client_.*\.sql$/.test(path)).sort();
  }

  /** `dbt build` by hand. @returns what became of every model and test */
  async function dbtBuild({
    env: connection,
    target,
  }: Warehouse): Promise<{ unique_id: string; status: string }[]> {
    const dbt = join(process.env.DBT_PYTHON!, '../dbt');
    const project = env.DBT_PROJECT_DIR!;
    const places = ['--project-dir', project, '--profiles-dir', project, '--target-path', target];
    await promisify(execFile)(dbt, ['build', ...places, '--log-path', target], {
      // As in a run: compiling the wide queries of unit tests takes longer than they do.
      env: { ...connection, PGOPTIONS: '-c jit=off' },
    }).catch(({ stdout }) => expect.fail(stdout));
    return JSON.parse(await readFile(join(target, 'run_results.json'), 'utf8')).results;
  }

  /** Takes a file in, runs and publishes. @returns how many rows marts have then */
  async function runWith(file: string, marts: string[]): Promise<Record<string, number>> {
    warehouse = await Warehouse.create(env);
    await warehouse.load(join(PROJECT, 'samples/set-1', file));
    expect(await warehouse.run([], env.DBT_PROJECT_DIR)).toMatchObject({ outcome: 'succeeded', failing: [] });
    return counts(warehouse, marts);
  }

  test(
    'with nobody, unit tests included: none of them needs a client',
    async () => {
      expect(await leave()).toEqual([]);
      warehouse = await Warehouse.create(env);
      const results = await dbtBuild(warehouse);
      const unitTests = results.filter(({ unique_id }) => unique_id.startsWith('unit_test.'));
      expect(unitTests.length).toBeGreaterThan(50);
      expect(results.filter(({ status }) => !['success', 'pass', 'no-op'].includes(status))).toEqual([]);
      const marts = ['claim_line', 'eligibility', 'file_audit'];
      expect(await counts(warehouse, marts)).toEqual({ claim_line: 0, eligibility: 0, file_audit: 0 });
    },
    BUILD_MS,
  );

  test(
    'with one client that sends claims only',
    async () => {
      expect(await leave({ client: 'client_c', without: 'patient_registration' })).toEqual([
        'intermediate/normalize/int_client_c__claims.sql',
        'staging/stg_client_c__claims.sql',
      ]);
      const marts = ['claim_line', 'eligibility', 'file_audit'];
      const { claim_line, ...rest } = await runWith('Patient-claim-clientC-202307.csv', marts);
      expect(claim_line).toBeGreaterThan(0);
      expect(rest).toEqual({ eligibility: 0, file_audit: 1 });
    },
    BUILD_MS,
  );

  test(
    'with one client that sends registrations only',
    async () => {
      expect(await leave({ client: 'client_a', without: 'claims' })).toEqual([
        'intermediate/normalize/int_client_a__patient_registration.sql',
        'staging/stg_client_a__patient_registration.sql',
      ]);
      const marts = ['eligibility', 'claim_line', 'file_audit'];
      const { eligibility, ...rest } = await runWith('Patient-membership-clientA-202307.xlsx', marts);
      expect(eligibility).toBeGreaterThan(0);
      expect(rest).toEqual({ claim_line: 0, file_audit: 1 });
    },
    BUILD_MS,
  );
});

async function counts(warehouse: Warehouse, marts: string[]): Promise<Record<string, number>> {
  const each = marts.map((mart) => `(select count(*)::int from mart.${mart}) as ${mart}`);
  return (await warehouse.rows<Record<string, number>>(`select ${each.join(', ')}`))[0]!;
}
