import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { PROJECT } from '../../src/dev/paths.ts';

const run = promisify(execFile);
const OUTPUT_BYTES = 2 ** 26;

/** One namespace of the current kube context, reached by kubectl and helm, as a user would. */
export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Makes a namespace in which no pod can run that is not of the restricted Pod Security Standard. */
  static async create(name: string): Promise<Namespace> {
    await command('kubectl', ['create', 'namespace', name]);
    await command('kubectl', ['label', 'namespace', name, 'pod-security.kubernetes.io/enforce=restricted']);
    return new Namespace(name);
  }

  kubectl(...args: string[]): Promise<string> {
    return command('kubectl', ['--namespace', this.name, ...args]);
  }

  helm(...args: string[]): Promise<string> {
    return command('helm', ['--namespace', this.name, ...args]);
  }

  // biome-ignore lint/suspicious/noExplicitAny: an object is whatever its kind says.
  async get(...args: string[]): Promise<any> {
    return JSON.parse(await this.kubectl('get', ...args, '--output', 'json'));
  }

  async secret(name: string): Promise<Record<string, string>> {
    const { data } = await this.get('secret', name);
    return Object.fromEntries(
      Object.entries(data as Record<string, string>).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  }

  forward(target: string, port: number): Promise<Forward> {
    return forward(this.name, target, port);
  }

  async remove(): Promise<void> {
    await command('kubectl', ['delete', 'namespace', this.name, '--ignore-not-found', '--timeout', '180s']);
  }
}

/** Brings the chart's CRDs to their newest form. @returns whether they were there in any form */
export async function applyCrds(folder: string): Promise<boolean> {
  const there = await command('kubectl', ['get', '-f', folder]).then(
    () => true,
    () => false,
  );
  await command('kubectl', ['apply', '--server-side', '--force-conflicts', '-f', folder]);
  return there;
}

export const removeCrds = (folder: string): Promise<string> => command('kubectl', ['delete', '-f', folder]);

/** A way to a port in the cluster. */
export interface Forward {
  host: string;
  port: number;
  close(): void;
}

/** `kubectl port-forward` to a free port here. It lives as long as the pod that it found. */
export async function forward(namespace: string, target: string, port: number): Promise<Forward> {
  const child = spawn('kubectl', ['--namespace', namespace, 'port-forward', target, `:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ready = new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const local = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (local !== undefined) resolve(Number(local));
    });
    child.on('exit', () => reject(new Error(`kubectl port-forward ${target} ended: ${said}`)));
    child.on('error', reject);
  });
  return { host: '127.0.0.1', port: await ready, close: () => child.kill() };
}

async function command(program: string, args: string[]): Promise<string> {
  try {
    return (await run(program, args, { maxBuffer: OUTPUT_BYTES })).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed: ${stderr || (error as Error).message}`, {
      cause: error,
    });
  }
}

/** Runs a command of Waymark here, against an API in the cluster. @returns what it printed; throws where it fails */
export async function waymark(args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [`${PROJECT}/src/waymark.ts`, ...args], {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`waymark ${args.join(' ')} ended with code ${code}:\n${said}`);
  return said;
}
