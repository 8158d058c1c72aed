import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from './command.ts';
import { findGo } from './need.ts';
import { PROJECT, TOOLS } from './paths.ts';

const MODULE = `${PROJECT}/test/s3`;
const PACKAGE = 'github.com/versity/versitygw/cmd/versitygw';
const FOLDER = `${TOOLS}/versitygw`;
const STAMP = `${FOLDER}/.waymark-module-hash`;

/** The S3 server that the tests run on. */
export const VERSITYGW = `${FOLDER}/versitygw`;

/** Whether the server is there, in the version that its module says. */
export function versitygwInstalled(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === moduleHash() && existsSync(VERSITYGW);
}

/** Builds the server; every module is checked against its hash. */
export async function installVersitygw(options: {
  signal: AbortSignal;
  onLine: (line: string) => void;
}): Promise<void> {
  const hash = moduleHash();
  const build = ['build', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', VERSITYGW, PACKAGE];
  await run(findGo()!, build, { ...options, cwd: MODULE });
  writeFileSync(STAMP, hash);
}

function moduleHash(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(`${MODULE}/${file}`)).update('\0');
  return hash.digest('hex');
}
