import { spawn } from 'node:child_process';
import { appendFileSync, createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { LOGS } from './paths.ts';

/** Where installers' output goes. */
export const SETUP_LOG = `${LOGS}/setup.log`;

/** A command of the set-up ended badly. */
export class CommandError extends Error {
  override name = 'CommandError';
}

export interface CommandOptions {
  signal: AbortSignal;
  /** Called with each line that the command writes. */
  onLine?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Kept out of the log file: what a command is asked rather than told to do. */
  quiet?: boolean;
}

/**
 * Runs a command to its end, its output going to the set-up's log.
 * @returns what it wrote to standard output
 * @throws CommandError if it cannot be started or ends with another code than 0
 */
export async function run(command: string, args: string[], options: CommandOptions): Promise<string> {
  mkdirSync(dirname(SETUP_LOG), { recursive: true });
  if (!options.quiet)
    appendFileSync(SETUP_LOG, `\n${new Date().toISOString()} $ ${command} ${args.join(' ')}\n`);
  options.signal.throwIfAborted();
  const log = options.quiet ? undefined : createWriteStream(SETUP_LOG, { flags: 'a' });
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    cwd: options.cwd,
  });
  // The installer ends as it sees fit: apt-get finishes the package that it is at.
  const abort = () => child.kill('SIGTERM');
  options.signal.addEventListener('abort', abort);
  const output: string[] = [];
  const errors: string[] = [];
  for (const [stream, lines] of [
    [child.stdout, output],
    [child.stderr, errors],
  ] as const)
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      log?.write(`${line}\n`);
      if (line.trim() !== '') options.onLine?.(line);
    });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    options.signal.throwIfAborted();
    if (code !== 0)
      throw new CommandError(
        `${command} ${args[0] ?? ''} ended with code ${code}\n${errors.slice(-20).join('\n')}`,
      );
    return output.join('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandError(`${command} is not installed`, { cause: error });
  } finally {
    options.signal.removeEventListener('abort', abort);
    log?.end();
  }
}
