import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that Waymark runs but does not bring: how to find it, and what the systems' packages of it are called. */
export interface Need {
  name: string;
  /** What to install where no package manager is known. */
  wanted: string;
  apt: string[];
  brew: string;
  /** The oldest version that will do, where an older one may be on offer. */
  atLeast?: string;
  /** Where it is; undefined if it is missing or too old. */
  find(): string | undefined;
}

const OLDEST_POSTGRES = 15;
const OLDEST_PYTHON = 10;
const NEWEST_PYTHON = 14;
const OLDEST_GO = 21;
const BREW_PREFIXES = ['/opt/homebrew', '/usr/local'];

/** The path of a program that can be run, looked for in PATH and where Homebrew puts what it does not link. */
export function which(program: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...BREW_PREFIXES.flatMap((prefix) => [`${prefix}/bin`, `${prefix}/sbin`]),
  ];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder of the server's programs: of the given major version, or the newest that is 15 or later. */
export function findPostgres(major?: number): string | undefined {
  const versions = [
    ...versionFolders('/usr/lib/postgresql', /^(\d+)$/, 'bin'),
    ...BREW_PREFIXES.flatMap((prefix) => versionFolders(`${prefix}/opt`, /^postgresql@(\d+)$/, 'bin')),
    ...onPath(),
  ];
  return versions
    .filter((version) => version.major >= OLDEST_POSTGRES && (major === undefined || version.major === major))
    .filter(({ bin }) => isExecutable(`${bin}/postgres`) && isExecutable(`${bin}/initdb`))
    .sort((a, b) => b.major - a.major)[0]?.bin;
}

function versionFolders(folder: string, name: RegExp, below: string): { major: number; bin: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((entry) => {
    const major = name.exec(entry)?.[1];
    return major === undefined ? [] : [{ major: Number(major), bin: join(folder, entry, below) }];
  });
}

function onPath(): { major: number; bin: string }[] {
  const postgres = which('postgres');
  if (!postgres) return [];
  const major = /(\d+)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[1];
  return [{ major: Number(major), bin: join(postgres, '..') }];
}

/** The start script of RabbitMQ, not the packages' wrapper, which insists on a user and a place of its own. */
export function findRabbitmq(): string | undefined {
  const inner = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  return isExecutable(inner) ? inner : which('rabbitmq-server');
}

/** A Python from 3.10 on that can make virtual environments. */
export function findPython(): string | undefined {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14'];
  // The system's own comes last by its path: a newer one in PATH may lack what its package of venv brings.
  return [...names.map(which), '/usr/bin/python3'].find((python) => python && makesEnvironments(python));
}

function makesEnvironments(python: string): boolean {
  const question =
    'import sys, venv, ensurepip; ' +
    `sys.exit(not ((3, ${OLDEST_PYTHON}) <= sys.version_info[:2] <= (3, ${NEWEST_PYTHON})))`;
  try {
    execFileSync(python, ['-c', question], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A Go that fetches by itself the version that a module asks for, as Go does from 1.21 on. */
export function findGo(): string | undefined {
  const go = [which('go'), '/usr/local/go/bin/go'].find((path) => path !== undefined && isExecutable(path));
  if (!go) return undefined;
  const minor = /^go version go1\.(\d+)/.exec(execFileSync(go, ['version'], { encoding: 'utf8' }))?.[1];
  return Number(minor) >= OLDEST_GO ? go : undefined;
}

export const POSTGRES: Need = {
  name: 'PostgreSQL',
  wanted: `PostgreSQL ${OLDEST_POSTGRES} or later (server programs: initdb, postgres)`,
  apt: ['postgresql'],
  brew: 'postgresql@17',
  atLeast: String(OLDEST_POSTGRES),
  find: () => findPostgres(),
};

export const RABBITMQ: Need = {
  name: 'RabbitMQ',
  wanted: 'RabbitMQ 3.10 or later (rabbitmq-server)',
  apt: ['rabbitmq-server'],
  brew: 'rabbitmq',
  atLeast: '3.10',
  find: findRabbitmq,
};

export const PYTHON: Need = {
  name: 'Python',
  wanted: `Python 3.${OLDEST_PYTHON} to 3.${NEWEST_PYTHON} with venv and ensurepip`,
  apt: ['python3', 'python3-venv'],
  brew: 'python@3.13',
  find: findPython,
};

export const PROMTOOL: Need = {
  name: 'promtool',
  wanted: 'promtool (part of Prometheus)',
  apt: ['prometheus'],
  brew: 'prometheus',
  find: () => which('promtool'),
};
