import { expect, test } from 'vitest';
import { type Timers, WorkQueue } from './work-queue.ts';

/** A clock that a test turns by hand. */
class Clock implements Timers {
  now = 0;
  #timers = new Map<object, { at: number; callback: () => void }>();

  set(callback: () => void, ms: number): object {
    const timer = {};
    this.#timers.set(timer, { at: this.now + ms, callback });
    return timer;
  }
  clear(timer: unknown): void {
    this.#timers.delete(timer as object);
  }
  /** Lets time pass, with all that is due in it. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].toSorted((a, b) => a[1].at - b[1].at);
      if (!next || next[1].at > until) break;
      this.#timers.delete(next[0]);
      this.now = next[1].at;
      next[1].callback();
    }
    this.now = until;
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function queueOf(work: (key: string) => Promise<number | undefined>) {
  const clock = new Clock();
  const retries: number[] = [];
  const queue = new WorkQueue({
    work,
    onError: (_key, _error, retryMs) => retries.push(retryMs),
    timers: clock,
    backoffMs: { first: 100, longest: 1000 },
  });
  return { clock, queue, retries };
}

test('a key that is added often is worked on once', async () => {
  const done: string[] = [];
  const { clock, queue } = queueOf(async (key) => {
    done.push(key);
    return undefined;
  });
  for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
  expect(queue.waiting).toBe(2);
  await clock.pass(0);
  expect(done.toSorted()).toEqual(['a', 'b']);
  expect(queue.waiting).toBe(0);
});

test('a key is never worked on twice at once, and once more if it was added meanwhile', async () => {
  const ends: (() => void)[] = [];
  const { clock, queue } = queueOf(async () => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return undefined;
  });
  queue.add('a');
  await clock.pass(0);
  queue.add('a');
  queue.add('a');
  queue.add('b');
  await clock.pass(0);
  expect(ends).toHaveLength(2);
  ends[0]!();
  await clock.pass(0);
  expect(ends).toHaveLength(3);
  ends[1]!();
  ends[2]!();
  await clock.pass(1000);
  expect(ends).toHaveLength(3);
});

test('work comes again after the time that it names, or sooner when somebody adds it', async () => {
  const times: number[] = [];
  const { clock, queue } = queueOf(async () => {
    times.push(clock.now);
    return 500;
  });
  queue.add('a');
  await clock.pass(1200);
  expect(queue.waiting).toBe(0);
  queue.add('a');
  await clock.pass(600);
  expect(times).toEqual([0, 500, 1000, 1200, 1700]);
});

test('failing work waits twice as long each time, up to a limit, and from the start after a success', async () => {
  let failing = true;
  const { clock, queue, retries } = queueOf(async () => {
    if (failing) throw new Error('not now');
    return 10_000;
  });
  queue.add('a');
  await clock.pass(3200);
  expect(retries).toEqual([100, 200, 400, 800, 1000, 1000]);
  failing = false;
  await clock.pass(1000);
  failing = true;
  await clock.pass(10_000);
  expect(retries.slice(6)[0]).toBe(100);
});

test('stop waits for the work under way and starts none', async () => {
  let started = 0;
  let end = () => {};
  const { clock, queue } = queueOf(async () => {
    started += 1;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return 0;
  });
  queue.add('a');
  await clock.pass(0);
  queue.add('a');
  let stopped = false;
  const stopping = queue.stop().then(() => {
    stopped = true;
  });
  queue.add('b');
  await clock.pass(100);
  expect(stopped).toBe(false);
  end();
  await stopping;
  await clock.pass(1000);
  expect(started).toBe(1);
});
