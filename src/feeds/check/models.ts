import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import type { Feed } from '../../files/feeds.ts';
import type { FileType } from '../../files/names.ts';
import { CANONICAL, KINDS } from '../canonical.ts';
import { normalizeModel, stagingModel } from '../models.ts';

/** Where the dry run has what dbt would find by `source` and `ref`. */
export const SCHEMAS = { export: 'export', models: 'staging' } as const;

/** The SQL of the clean and the normalize step of a feed. */
export interface ModelSql {
  staging: string;
  normalize: string;
}

/**
 * What dbt would make of a feed's two models: the very macros of dbt/macros/cleaning, without dbt. `execute` is false, as
 * while dbt parses: a macro that would ask the database then does without.
 */
export async function renderModels(feed: Feed, dbtDir: string): Promise<ModelSql> {
  const macros = await readMacros(join(dbtDir, 'macros/cleaning'));
  const context = {
    execute: false,
    none: null,
    true: true,
    false: false,
    source: (schema: string, table: string) => `${schema}.${table}`,
    ref: (model: string) => `${SCHEMAS.models}.${model}`,
    canonical_columns: (fileType: FileType) =>
      CANONICAL[fileType].map(({ name, kind }) => ({ name, kind, type: KINDS[kind].type })),
    exceptions: {
      raise_compiler_error(message: string): never {
        throw new Error(message);
      },
    },
  };
  const render = (model: string) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries(context)) environment.set(name, value);
    // Not by Template: it takes line ends away behind blocks, which dbt does not, and words would run together.
    const program = parse(tokenize(macros + model, { trim_blocks: false, lstrip_blocks: false }));
    return String(new Interpreter(environment).run(program).value).trim();
  };
  return { staging: render(stagingModel(feed)), normalize: render(normalizeModel(feed)) };
}

async function readMacros(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.join('\n');
}
