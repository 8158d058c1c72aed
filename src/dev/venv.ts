import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { run } from './command.ts';
import { findPython } from './need.ts';
import { PROJECT, TOOLS } from './paths.ts';

const VENV = `${TOOLS}/dbt`;
const STAMP = `${VENV}/.waymark-requirements-hash`;
const UV_REQUIREMENTS = `${PROJECT}/dbt/requirements-uv.txt`;
const REQUIREMENTS = `${PROJECT}/dbt/requirements.txt`;

/** Whether dbt's virtual environment is what its requirements say, so that nothing has to be done. */
export function dbtInstalled(): boolean {
  return (
    existsSync(STAMP) && readFileSync(STAMP, 'utf8') === requirementsHash() && existsSync(`${VENV}/bin/dbt`)
  );
}

/** Makes dbt's virtual environment anew, every package checked against its hash. */
export async function installDbt(options: {
  signal: AbortSignal;
  onLine: (line: string) => void;
}): Promise<void> {
  const hash = requirementsHash();
  rmSync(VENV, { recursive: true, force: true });
  await run(findPython()!, ['-m', 'venv', VENV], options);
  const pip = [`${VENV}/bin/python`, '-m', 'pip', '--disable-pip-version-check', '--no-input'] as const;
  await run(pip[0], [...pip.slice(1), 'install', '--require-hashes', '-r', UV_REQUIREMENTS], options);

  // Trusts whom the system trusts, as pip does: some networks have a certificate of their own.
  const env: NodeJS.ProcessEnv = {
    UV_SYSTEM_CERTS: '1',
    ...process.env,
    VIRTUAL_ENV: VENV,
    UV_NO_CONFIG: '1',
  };
  // uv does not read pip's settings, and a machine behind a mirror has its address there.
  const index = await run(pip[0], [...pip.slice(1), 'config', 'get', 'global.index-url'], {
    ...options,
    quiet: true,
  }).catch(() => '');
  const mirror = process.env.PIP_INDEX_URL || index.trim();
  if (mirror !== '' && !process.env.UV_DEFAULT_INDEX) env.UV_DEFAULT_INDEX = mirror;
  await run(`${VENV}/bin/uv`, ['pip', 'sync', '--require-hashes', '--no-progress', REQUIREMENTS], {
    ...options,
    env,
  });
  writeFileSync(STAMP, hash);
}

function requirementsHash(): string {
  const hash = createHash('sha256');
  for (const file of [UV_REQUIREMENTS, REQUIREMENTS]) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
