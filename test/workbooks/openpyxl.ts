import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/dev/command.ts';
import { findPython } from '../../src/dev/need.ts';
import { TOOLS } from '../../src/dev/paths.ts';
import type { Cell } from './table.ts';

const VENV = `${TOOLS}/openpyxl`;
const STAMP = `${VENV}/.waymark-requirements-hash`;
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Makes the virtual environment, where it is not there yet: two small packages, some seconds. */
async function install(): Promise<void> {
  const hash = createHash('sha256')
    .update(readFileSync(beside('requirements.txt')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  rmSync(VENV, { recursive: true, force: true });
  const options = { signal: AbortSignal.timeout(120_000) };
  await run(findPython()!, ['-m', 'venv', VENV], options);
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input', 'install'];
  await run(
    `${VENV}/bin/python`,
    [...pip, '--require-hashes', '--no-deps', '-r', beside('requirements.txt')],
    options,
  );
  writeFileSync(STAMP, hash);
}

/** openpyxl in a process of its own. */
export class Openpyxl {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  static async start(): Promise<Openpyxl> {
    await install();
    return new Openpyxl(
      spawn(`${VENV}/bin/python`, [beside('read.py')], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
  }

  /** @returns the cells that hold a value, or what kind of error it was */
  async read(path: string): Promise<Cell[] | string> {
    this.#child.stdin!.write(`${JSON.stringify(path)}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value);
  }

  stop(): void {
    this.#child.stdin!.end();
  }
}
