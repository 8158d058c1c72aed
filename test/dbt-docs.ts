import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

/**
 * Holds the dbt project's documentation against the project: every model, seed, source and exposure is described, and so is
 * every column of the sources and the marts. Which columns a mart has is what its contract says: dbt refuses to build a
 * mart whose contract is not its columns.
 *
 *     node test/dbt-docs.ts      exits 1 and names what is missing
 */

interface Described {
  name: string;
  description?: string;
  columns?: Described[];
  tables?: Described[];
  config?: Record<string, unknown>;
}

/** One of dbt's YAML files. */
type Properties = Partial<Record<'models' | 'seeds' | 'sources' | 'exposures' | 'groups', Described[]>>;

export interface Project {
  /** Names of the models, by folder below `models`: `marts/claim`. */
  models: string[];
  seeds: string[];
  properties: Properties[];
  /** Whether the marts' contracts are enforced in dbt_project.yml. */
  contracts: boolean;
}

/** What lacks a description, a line each, and how much has one. */
export function undescribed(project: Project): { missing: string[]; marts: number; columns: number } {
  const all = (kind: keyof Properties) => project.properties.flatMap((file) => file[kind] ?? []);
  const models = new Map(all('models').map((model) => [model.name, model]));
  const seeds = new Map(all('seeds').map((seed) => [seed.name, seed]));
  const marts = project.models
    .filter((path) => path.startsWith('marts/'))
    .map((path) => models.get(basename(path)) ?? { name: basename(path) });
  const tables = all('sources').flatMap((source) =>
    (source.tables ?? []).map((table) => ({ ...table, name: `${source.name}.${table.name}` })),
  );

  const missing = [
    ...project.models.map((path) => models.get(basename(path)) ?? { name: basename(path) }),
    ...project.seeds.map((name) => seeds.get(name) ?? { name }),
    ...[...all('sources'), ...tables, ...all('exposures'), ...all('groups')],
  ]
    .filter(isBare)
    .map(({ name }) => `${name} has no description`);
  const columns = [...marts, ...tables].flatMap((table) =>
    (table.columns ?? []).map((column) => ({ ...column, name: `${table.name}.${column.name}` })),
  );
  missing.push(...columns.filter(isBare).map(({ name }) => `column ${name} has no description`));
  for (const { name, columns: own = [], config } of marts) {
    if (own.length === 0) missing.push(`${name} says nothing of its columns`);
    if (config && 'contract' in config)
      missing.push(`${name} has a contract of its own; the project's holds for all`);
  }
  if (!project.contracts) missing.push('the marts have no enforced contracts, so nobody knows their columns');
  return { missing, marts: marts.length, columns: columns.length };
}

/** Blank, or no more than a word that was to be replaced. */
const isBare = ({ description }: Described) => !description || !/\S+\s+\S+/.test(description);

export async function readProject(folder: string): Promise<Project> {
  const paths = async (pattern: string) => {
    const found: string[] = [];
    for await (const path of glob(pattern, { cwd: folder })) found.push(path);
    return found.sort();
  };
  const withoutEnding = (path: string) => path.replace(/\.\w+$/, '');
  const yaml = async (path: string) => parse(await readFile(join(folder, path), 'utf8'), { merge: true });
  const { models } = await yaml('dbt_project.yml');
  return {
    // What stands in a folder `unit_tests` is made up for them, and nobody finds it in the database.
    models: (await paths('models/**/*.sql'))
      .filter((path) => !path.includes('/unit_tests/'))
      .map((path) => withoutEnding(path.slice('models/'.length))),
    seeds: (await paths('seeds/**/*.csv')).map((path) => withoutEnding(basename(path))),
    properties: await Promise.all((await paths('{models,seeds}/**/*.yml')).map(yaml)),
    contracts: models.waymark.marts['+contract']?.enforced === true,
  };
}

if (import.meta.main) {
  const { missing, marts, columns } = undescribed(await readProject(join(import.meta.dirname, '../dbt')));
  for (const each of missing) console.error(each);
  if (missing.length > 0) process.exit(1);
  console.log(
    `dbt: all models and sources are described, and all ${columns} columns of sources and of ${marts} marts`,
  );
}
