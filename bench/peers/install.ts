import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/dev/command.ts';
import { findPython } from '../../src/dev/need.ts';
import { TOOLS } from '../../src/dev/paths.ts';

const VENV = `${TOOLS}/bench`;
const PYTHON = `${VENV}/bin/python`;
const REQUIREMENTS = peer('requirements.txt');
const STAMP = `${VENV}/.waymark-requirements-hash`;
const INSTALL_SECONDS = 300;

/** A file of this folder: what a peer is run by. */
export function peer(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** The Python that has pandas, polars and calamine; undefined where they are not installed. */
export const peersPython = (): string | undefined =>
  existsSync(STAMP) && readFileSync(STAMP, 'utf8') === requirementsHash() ? PYTHON : undefined;

/** Whether a package of npm is there that only the bench wants. */
export const hasPackage = (name: string): boolean => existsSync(peer(`node_modules/${name}/package.json`));

/** What is not there, and so not compared with. */
export function missingPeers(): string[] {
  const python = peersPython() ? [] : ['pandas', 'polars', 'calamine'];
  return [...python, ...['udsv', 'hucre'].filter((name) => !hasPackage(name))];
}

/** Installs every peer that is not there, each package held against its hash: half a minute, 600 MB. */
export async function installPeers(): Promise<void> {
  const options = { signal: AbortSignal.timeout(INSTALL_SECONDS * 1000) };
  await run('npm', ['ci', '--prefix', peer('.'), '--ignore-scripts', '--no-audit', '--no-fund'], options);
  if (peersPython()) return;
  rmSync(VENV, { recursive: true, force: true });
  await run(findPython()!, ['-m', 'venv', VENV], options);
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', '--require-hashes'];
  await run(PYTHON, [...pip, '-r', REQUIREMENTS], options);
  writeFileSync(STAMP, requirementsHash());
}

function requirementsHash(): string {
  return createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
}
