import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { project } from './project.js';

const modules = join(project, 'node_modules');
const stamp = join(modules, '.waymark-lock-hash');
const installLock = join(project, '.waymark', 'install.lock');
const devLock = join(project, '.waymark', 'dev.lock');
/** How often a second terminal looks whether the first one's installation is over. */
const LOOK_EVERY_MS = 300;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Makes node_modules what package-lock.json says. Silent, and quick, when it is so already. */
export async function installPackages() {
  // What runs here was started from these packages: they are not taken away from under it.
  if (upToDate() || (existsSync(join(modules, 'node')) && holderLives(devLock))) return;
  const release = await lock();
  try {
    if (!upToDate()) await install();
  } finally {
    release();
  }
}

function upToDate() {
  const text = readFileSync(join(project, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  if (!installedByHand(JSON.parse(text))) return false;
  finish(hash);
  return true;
}

/** Whether somebody's own `npm ci` or `npm install` brought the very versions of the lock file. */
function installedByHand(lockFile) {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(lockFile.packages).every(
    ([path, wanted]) =>
      path === '' || wanted.optional || wanted.link || installed[path]?.version === wanted.version,
  );
}

async function install() {
  console.log('Installing the packages of package-lock.json (npm ci) ...');
  const npm = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  const [program, ...args] = [...npm, 'ci', '--no-audit', '--no-fund'];
  // npm's own output says what went wrong; its deprecation warnings would only be noise.
  const child = spawn(program, [...args, '--loglevel=error'], { cwd: project, stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`cannot run npm: ${error.message}`)));
    child.on('exit', resolve);
  });
  for (const signal of SIGNALS) process.off(signal, forward);
  if (code !== 0) throw new Error('`npm ci` failed: the packages of package-lock.json are not installed.');
  finish(
    createHash('sha256')
      .update(readFileSync(join(project, 'package-lock.json')))
      .digest('hex'),
  );
}

function finish(hash) {
  // npx looks here first: `npx waymark status` in the clone then runs this program and installs nothing.
  const bin = join(modules, '.bin', 'waymark');
  rmSync(bin, { force: true });
  symlinkSync(join('..', '..', 'bin', 'waymark.js'), bin);
  writeFileSync(stamp, hash);
}

/** Holds the only permission to install; waits for another process that has it, if that lives. */
async function lock() {
  mkdirSync(join(project, '.waymark'), { recursive: true });
  for (let waiting = false; ; waiting = true) {
    try {
      writeFileSync(installLock, String(process.pid), { flag: 'wx' });
      const release = () => rmSync(installLock, { force: true });
      process.once('exit', release);
      return release;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderLives(installLock)) rmSync(installLock, { force: true });
    else if (!waiting) console.log('Another terminal is installing the packages: waiting for it ...');
    await delay(LOOK_EVERY_MS);
  }
}

/** Whether the process whose id stands in a lock file lives. */
function holderLives(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return false;
  }
  const pid = Number.parseInt(text, 10);
  if (!pid) return true; // Just being written.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
