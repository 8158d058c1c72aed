import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeedError } from '../files/feeds.ts';
import { type BuildDirectories, build } from './build.ts';

const description = (client: string) => `
client: ${client}
feeds:
  patient_registration:
    delivery: snapshot
    key: [member_id]
    columns:
      member_id: { from: id, required: true }
`;

describe('building models of descriptions', () => {
  let root: string;
  let directories: BuildDirectories;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'waymark-build-'));
    directories = { feeds: join(root, 'feeds'), dbt: join(root, 'dbt') };
    await mkdir(directories.feeds);
    await describeClient('client_x');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const describeClient = (client: string) =>
    writeFile(join(directories.feeds, `${client}.yaml`), description(client));
  const names = (paths: string[]) => paths.map((path) => basename(path)).sort();
  const models = async (folder: string) => (await readdir(join(directories.dbt, 'models', folder))).sort();

  it('writes models, documentation, macros and the schema that editors use', async () => {
    const { changed } = await build(directories, { check: false });
    expect(await models('staging')).toEqual([
      '_export.yml',
      '_feeds.yml',
      'stg_client_x__patient_registration.sql',
    ]);
    expect(await models('intermediate/normalize')).toEqual([
      '_feeds.yml',
      'int_client_x__patient_registration.sql',
    ]);
    expect(names(changed)).toEqual([
      '_export.yml',
      '_feeds.yml',
      '_feeds.yml',
      'feed.schema.json',
      'feeds.sql',
      'int_client_x__patient_registration.sql',
      'stg_client_x__patient_registration.sql',
    ]);
  });

  it('changes nothing the second time', async () => {
    await build(directories, { check: false });
    expect(await build(directories, { check: false })).toEqual({ changed: [], removed: [] });
  });

  it('only tells what is stale when it checks', async () => {
    await build(directories, { check: false });
    const model = join(directories.dbt, 'models/staging/stg_client_x__patient_registration.sql');
    await writeFile(model, 'select 1');
    expect((await build(directories, { check: true })).changed).toEqual([model]);
    expect(await readFile(model, 'utf8')).toBe('select 1');
  });

  it('removes what a client that is gone left behind, and nothing that was written by hand', async () => {
    await describeClient('client_y');
    await build(directories, { check: false });
    const byHand = join(directories.dbt, 'models/staging/covered_file.sql');
    await writeFile(byHand, 'select 1');
    await rm(join(directories.feeds, 'client_y.yaml'));
    const { removed } = await build(directories, { check: false });
    expect(names(removed)).toEqual([
      'int_client_y__patient_registration.sql',
      'stg_client_y__patient_registration.sql',
    ]);
    expect(await models('staging')).toContain('covered_file.sql');
  });

  it('leaves no client behind where none is described', async () => {
    await build(directories, { check: false });
    await rm(join(directories.feeds, 'client_x.yaml'));
    await build(directories, { check: false });
    expect(await models('staging')).toEqual(['_export.yml', '_feeds.yml']);
    expect(await models('intermediate/normalize')).toEqual(['_feeds.yml']);
    const macros = await readFile(join(directories.dbt, 'macros/generated/feeds.sql'), 'utf8');
    expect(macros).not.toContain('client_x');
  });

  it('writes nothing where a description is wrong, and says where', async () => {
    await writeFile(
      join(directories.feeds, 'client_x.yaml'),
      description('client_x').replace('snapshot', 'daily'),
    );
    const building = build(directories, { check: false });
    await expect(building).rejects.toThrow(FeedError);
    await expect(building).rejects.toThrow(/client_x\.yaml:5:15: feeds\.patient_registration\.delivery: /);
    await expect(readdir(directories.dbt)).rejects.toThrow(/ENOENT/);
  });
});
