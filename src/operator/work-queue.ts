/** What the queue needs of time; tests bring their own. */
export interface Timers {
  set(callback: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

export const realTimers: Timers = {
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export interface WorkQueueOptions {
  /** Does the work of a key. @returns after how many milliseconds to do it again; undefined: when somebody adds it */
  work: (key: string) => Promise<number | undefined>;
  /** Is told of work that threw; it is tried again after the given wait. */
  onError: (key: string, error: unknown, retryMs: number) => void;
  timers?: Timers;
  /** The wait after the first failure of a key, doubled with each further one up to the longest, in milliseconds. */
  backoffMs?: { first: number; longest: number };
}

interface Entry {
  running: boolean;
  /** Added while it ran: what it saw may be old. */
  again: boolean;
  failures: number;
  timer: unknown;
  /** Whether its turn is now, and not only when a time has passed. */
  due: boolean;
}

/**
 * A queue of keys. A key stands in it once, however often it is added, and its work never runs twice at the same time;
 * what is added during the work is done once more after it. Keys do not wait for each other.
 */
export class WorkQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #options: Required<WorkQueueOptions>;
  readonly #idle = new Set<() => void>();
  #stopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = { timers: realTimers, backoffMs: { first: 500, longest: 60_000 }, ...options };
  }

  /** How many keys wait to be worked on now; those whose time has not come do not count. */
  get waiting(): number {
    return [...this.#entries.values()].filter(({ running, due, again }) => (running ? again : due)).length;
  }

  /** Has the work of the key done at once, or once more where it is being done. */
  add(key: string): void {
    if (this.#stopped) return;
    const entry = this.#entries.get(key) ?? {
      running: false,
      again: false,
      failures: 0,
      timer: undefined,
      due: false,
    };
    this.#entries.set(key, entry);
    if (entry.running) {
      entry.again = true;
      return;
    }
    this.#schedule(key, entry, 0);
  }

  /** Takes no more keys, and waits for the work under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const [key, { running, timer }] of this.#entries) {
      this.#options.timers.clear(timer);
      if (!running) this.#entries.delete(key);
    }
    if (this.#entries.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #schedule(key: string, entry: Entry, ms: number): void {
    this.#options.timers.clear(entry.timer);
    entry.due = ms === 0;
    entry.timer = this.#options.timers.set(() => void this.#run(key, entry), ms);
  }

  async #run(key: string, entry: Entry): Promise<void> {
    const { work, onError, backoffMs } = this.#options;
    if (this.#stopped) return;
    entry.running = true;
    let nextMs: number | undefined;
    try {
      nextMs = await work(key);
      entry.failures = 0;
    } catch (error) {
      nextMs = Math.min(backoffMs.first * 2 ** entry.failures, backoffMs.longest);
      entry.failures += 1;
      onError(key, error, nextMs);
    }
    entry.running = false;
    // An error waits for its time: an event must not turn it into a tight loop.
    if (entry.again && entry.failures === 0) nextMs = 0;
    entry.again = false;
    if (this.#stopped || nextMs === undefined) this.#entries.delete(key);
    else this.#schedule(key, entry, nextMs);
    if (this.#stopped && this.#entries.size === 0) for (const resolve of this.#idle) resolve();
  }
}
