import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBigFile } from './big-file.ts';
import { type Output, outputs, SET_FOLDERS } from './output.ts';

const USAGE = `usage: generate.ts [--seed N] [--out DIR] [--check]
       generate.ts --rows N [--client client_a|client_b|client_c|client_d] [--type patient_registration|claims]
                   [--format csv|xlsx] [--seed N] [--out DIR]`;

const DEFAULT_SEED = '20230731';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: DEFAULT_SEED },
    out: { type: 'string', default: import.meta.dirname },
    check: { type: 'boolean', default: false },
    rows: { type: 'string' },
    client: { type: 'string', default: 'client_c' },
    type: { type: 'string', default: 'claims' },
    format: { type: 'string', default: 'csv' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (options.help) {
  console.log(USAGE);
} else if (options.rows !== undefined) {
  const { client, format, type: fileType } = options;
  const folder = join(options.out, 'out');
  const request = { seed: wholeNumber('seed'), rows: wholeNumber('rows'), client, fileType, format, folder };
  console.log(await writeBigFile(request));
} else if (options.check) {
  const stale = await staleFiles(outputs(wholeNumber('seed')), options.out);
  for (const path of stale) console.error(`stale: ${path}`);
  if (stale.length > 0) {
    console.error('Run "npm run samples" and commit what it writes.');
    process.exitCode = 1;
  }
} else {
  const all = outputs(wholeNumber('seed'));
  for (const folder of SET_FOLDERS) await rm(join(options.out, folder), { recursive: true, force: true });
  for (const { path, bytes } of all) {
    await mkdir(join(options.out, path, '..'), { recursive: true });
    await writeFile(join(options.out, path), bytes);
    console.log(`${path} (${bytes.length} bytes)`);
  }
}

/** Paths that differ from what the seed gives, are missing, or should not be there. */
async function staleFiles(expected: Output[], folder: string): Promise<string[]> {
  const stale: string[] = [];
  for (const { path, bytes } of expected) {
    const file = join(folder, path);
    if (!existsSync(file) || !bytes.equals(await readFile(file))) stale.push(path);
  }
  const known = new Set(expected.map(({ path }) => path));
  for (const set of SET_FOLDERS) {
    if (!existsSync(join(folder, set))) continue;
    for (const name of await readdir(join(folder, set))) {
      if (!known.has(`${set}/${name}`)) stale.push(`${set}/${name}`);
    }
  }
  return stale;
}

function wholeNumber(option: 'seed' | 'rows'): number {
  const value = Number(options[option]);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${option} must be a whole number\n${USAGE}`);
  return value;
}
