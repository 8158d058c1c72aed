import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultNotice, FaultOrder, FaultPoint } from '../../src/platform/fault-points.ts';
import { until } from '../setup/until.ts';

/** How long what it needs may be away. */
const STARTING_MS = 90_000;
/** One that has been told to end, or made to, and is still there after so long never will. */
const ENDING_MS = 60_000;

/** A process of Waymark that can be made to stand still at a fault point, and that is ended in every way there is. */
export class Role {
  readonly name: string;
  readonly url: string;
  readonly #source: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: string;
  readonly #onReached = new Map<FaultPoint, () => void>();
  #child: ChildProcess | undefined;
  /** The file that it has in hand at the point where it stands. */
  file: string | undefined;
  /** How it ended although nobody ended it. */
  unexpected: string | undefined;
  #mayEnd = true;
  readonly #standing = new Set<FaultPoint>();

  constructor(options: { name: string; url: string; source: string; env: NodeJS.ProcessEnv; log: string }) {
    this.name = options.name;
    this.url = options.url;
    this.#source = options.source;
    this.#env = options.env;
    this.#log = options.log;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Where it stands still now. */
  get stands(): FaultPoint[] {
    return [...this.#standing];
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    const deadline = Date.now() + STARTING_MS;
    // What it needs may be away for the moment; in a cluster the kubelet would start it again, too.
    while (!(await this.#startOnce()))
      if (Date.now() > deadline) throw new Error(`${this.name} cannot be started; see ${this.#log}`);
    this.#mayEnd = false;
  }

  /** @returns whether it became ready */
  async #startOnce(): Promise<boolean> {
    const output = openSync(this.#log, 'a', 0o600);
    this.#mayEnd = true;
    const child = spawn(
      process.execPath,
      [join(this.#source, 'src/waymark.ts'), this.name.replace(/-\d+$/, '')],
      {
        env: this.#env,
        stdio: ['ignore', output, output, 'ipc'],
      },
    );
    closeSync(output);
    this.#child = child;
    this.#standing.clear();
    for (const point of this.#onReached.keys()) this.#order({ arm: point });
    child.on('message', ({ reached, file }: FaultNotice) => {
      this.file = file;
      const take = this.#onReached.get(reached);
      this.#onReached.delete(reached);
      // Nobody waits any more.
      this.#standing.add(reached);
      if (take) take();
      else this.go(reached);
    });
    child.on('exit', (code, signal) => {
      if (!this.#mayEnd) this.unexpected = `${this.name} ended by itself: ${signal ?? `exit code ${code}`}`;
    });
    return until(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return { ready: false };
      const response = await fetch(`${this.url}/readyz`).catch(() => undefined);
      await response?.body?.cancel();
      return response?.status === 200 && { ready: true };
    }, `${this.name} to be ready`).then(({ ready }) => ready);
  }

  /** Sends a signal. One that ends it is awaited by `ended`. */
  signal(signal: NodeJS.Signals): void {
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') this.#mayEnd = true;
    this.#child!.kill(signal);
  }

  /** @returns the exit code, or the signal that ended it */
  async ended(): Promise<number | string> {
    const child = this.#child!;
    if (this.running)
      await once(child, 'exit', { signal: AbortSignal.timeout(ENDING_MS) }).catch(() =>
        assert.fail(`${this.name} does not end; it stands at ${this.stands.join(', ') || 'no point'}`),
      );
    return child.signalCode ?? child.exitCode!;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** Makes it stand still when it next comes to the point, also after a new start; `reached` is called then. */
  arm(point: FaultPoint, reached: () => void): void {
    this.#onReached.set(point, reached);
    this.#order({ arm: point });
  }

  disarm(point: FaultPoint): void {
    this.#onReached.delete(point);
    this.#order({ disarm: point });
  }

  go(point: FaultPoint): void {
    this.#standing.delete(point);
    this.#order({ go: point });
  }

  #order(order: FaultOrder): void {
    // One that was killed a moment ago has no channel any more.
    if (this.running && this.#child!.connected) this.#child!.send(order, () => {});
  }
}
