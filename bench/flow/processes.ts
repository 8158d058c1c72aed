import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in so many ticks a second (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Seconds of a CPU that these processes, and those that they started, have had so far. Linux only, else 0. */
export function cpuSeconds(pids: readonly number[]): number {
  const all = stats();
  const belongs = (pid: number): boolean =>
    pids.includes(pid) || (pid > 1 && belongs(all.get(pid)?.parent ?? 0));
  let ticks = 0;
  for (const [pid, stat] of all) if (belongs(pid)) ticks += stat.ticks;
  return ticks / TICKS_PER_SECOND;
}

/** Every process: its parent, and its time together with that of children that have ended. */
function stats(): Map<number, { parent: number; ticks: number }> {
  const found = new Map<number, { parent: number; ticks: number }>();
  for (const entry of process.platform === 'linux' ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // The name, in brackets, may hold anything.
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      found.set(Number(entry), { parent: Number(fields[1]), ticks });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}
