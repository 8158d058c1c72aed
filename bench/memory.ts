import { readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 500;

/** Watches what the processes of Postgres have to themselves, without the buffers that they share. Linux only. */
export function watchMemory(): { stop(): number } {
  let most = 0;
  const look = () => {
    most = Math.max(most, anonymousMemory());
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    /** @returns the most, in MB */
    stop() {
      clearInterval(timer);
      return Math.round(most / 1024);
    },
  };
}

/** In kB, of all processes that are called postgres and belong to this one's server: its descendants. */
function anonymousMemory(): number {
  const status = new Map<number, { parent: number; memory: number }>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const text = readFileSync(`/proc/${entry}/status`, 'utf8');
      const of = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
      status.set(Number(entry), { parent: of('PPid'), memory: of('RssAnon') });
    } catch {
      // It ended meanwhile.
    }
  }
  const isOurs = (pid: number): boolean =>
    pid === process.pid || (pid > 1 && isOurs(status.get(pid)?.parent ?? 0));
  let sum = 0;
  for (const [pid, { memory }] of status) if (pid !== process.pid && isOurs(pid)) sum += memory;
  return sum;
}
