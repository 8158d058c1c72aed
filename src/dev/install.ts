import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CommandError, run } from './command.ts';
import { type Need, which } from './need.ts';

/** What is missing cannot be installed here: the message says what a person has to do. */
export class CannotInstallError extends Error {
  override name = 'CannotInstallError';
}

type Options = { signal: AbortSignal; onLine: (line: string) => void };

/**
 * Installs by apt-get without starting any service: Waymark runs servers of its own, and a machine should not get others
 * because of it. For that a policy (invoke-rc.d(8)) stands in the way while packages are set up, and Debian's PostgreSQL
 * is told not to make a cluster of its own; both are taken away afterwards, and left alone where somebody has set them.
 */
const APT_INSTALL = `
set -e
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/waymark-setup.conf
made=
cleanup() {
  rm -f "$cluster"
  rmdir -p --ignore-fail-on-non-empty "$(dirname "$cluster")" 2>/dev/null || true
  if [ -n "$made" ]; then rm -f "$policy"; fi
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ ! -e "$policy" ]; then
  made=1
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
mkdir -p "$(dirname "$cluster")"
echo 'create_main_cluster = false' > "$cluster"
apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
`;

/** Installs what is missing with the system's package manager. @throws CannotInstallError, CommandError */
export async function install(missing: Need[], options: Options): Promise<void> {
  if (process.platform === 'darwin') await installByBrew(missing, options);
  else if (isDebianLike()) await installByApt(missing, options);
  else
    throw new CannotInstallError(
      `Waymark installs what it needs on Debian, Ubuntu and macOS only. Please install:\n${list(missing)}`,
    );
  const still = missing.filter((need) => need.find() === undefined);
  if (still.length > 0)
    throw new CannotInstallError(`After the installation this is still missing, or too old:\n${list(still)}`);
}

const list = (needs: Need[]) => needs.map((need) => `  - ${need.wanted}`).join('\n');

async function installByBrew(missing: Need[], options: Options): Promise<void> {
  if (!which('brew'))
    throw new CannotInstallError(
      `Homebrew (https://brew.sh) is needed to install what is missing. With it:\n  brew install ${missing.map((need) => need.brew).join(' ')}`,
    );
  const env = { ...process.env, HOMEBREW_NO_ENV_HINTS: '1', HOMEBREW_NO_INSTALL_CLEANUP: '1' };
  await run('brew', ['install', ...missing.map((need) => need.brew)], { ...options, env });
}

async function installByApt(missing: Need[], options: Options): Promise<void> {
  const packages = missing.flatMap((need) => need.apt);
  const root = becomeRoot(packages);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Through env(1), as sudo does not hand on variables.
  const asRoot = (command: string[]) => {
    const [program, ...args] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
    return run(program!, args, { ...options, env });
  };
  try {
    await asRoot(['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300', 'update']);
  } catch (error) {
    // One dead source among many must not stop an installation that the others can serve.
    if (!(error instanceof CommandError)) throw error;
    options.onLine('apt-get update failed: going on with the lists of packages that are there');
  }
  await refuseOldCandidates(missing, options);
  await asRoot(['sh', '-c', APT_INSTALL, 'waymark-setup', ...packages]);
}

/** @throws CannotInstallError where apt would install a version that is too old, before it does */
async function refuseOldCandidates(missing: Need[], options: Options): Promise<void> {
  for (const need of missing) {
    if (need.atLeast === undefined) continue;
    const policy = await run('apt-cache', ['policy', need.apt[0]!], { signal: options.signal, quiet: true });
    // Without the epoch, which stands before a colon.
    const candidate = /Candidate: (?:\d+:)?(\d[\w.]*)/.exec(policy)?.[1];
    if (candidate === undefined || !older(candidate, need.atLeast)) continue;
    throw new CannotInstallError(
      `The packages of this system bring ${need.name} ${candidate}, which is too old. Please install ${need.wanted} ` +
        `from its makers' packages (https://www.postgresql.org/download/, https://www.rabbitmq.com/docs/download), ` +
        'or set POSTGRES_HOST or AMQP_URL to use a server that is there.',
    );
  }
}

/** Whether one version is older than another, compared number by number. */
export function older(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  for (const [i, wanted] of right!.entries()) {
    const have = left![i] ?? 0;
    if (have !== wanted) return have < wanted;
  }
  return false;
}

/** What to put before a command so that root runs it. Asks for the password of sudo where there is a terminal. */
function becomeRoot(packages: string[]): string[] {
  if (process.getuid?.() === 0) return [];
  const byHand = `Please install them yourself:\n  sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!which('sudo')) throw new CannotInstallError(`Packages are missing, and there is no sudo. ${byHand}`);
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  if (!process.stdin.isTTY)
    throw new CannotInstallError(`Packages are missing, and sudo asks for a password. ${byHand}`);
  console.log(
    `These packages are missing: ${packages.join(' ')}. sudo may ask for your password to install them.`,
  );
  if (spawnSync('sudo', ['-v'], { stdio: 'inherit' }).status !== 0)
    throw new CannotInstallError(`sudo did not let us. ${byHand}`);
  return ['sudo', '-n'];
}

function isDebianLike(): boolean {
  if (!which('apt-get')) return false;
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(release);
  } catch {
    return false;
  }
}
