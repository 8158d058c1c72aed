import { setTimeout as delay } from 'node:timers/promises';

const WAIT_MS = 50_000;

/** Asks again and again until the answer is neither undefined nor false. */
export async function until<T>(
  ask: () => Promise<T | undefined | false>,
  what: string,
  patienceMs = WAIT_MS,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited too long for ${what}`);
    await delay(50);
  }
}
