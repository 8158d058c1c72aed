/** As V8 writes it: nodes of a tree of calls, and samples of which one was at work. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds from each sample to the next. */
  timeDeltas: number[];
  /** In microseconds. */
  startTime: number;
  endTime: number;
}

/** A place that had some of a process's time itself, without what it called. */
export interface SelfTime {
  where: string;
  /** Of all of the time. */
  share: number;
  /** Its functions, the one with the most time first. */
  functions: string[];
}

/** What V8 counts beside functions. */
const BESIDE: Record<string, string> = {
  '(idle)': 'waiting for Postgres or the disk',
  '(program)': 'Node itself',
  '(garbage collector)': 'garbage collection',
};
const NAMED = 3;

/**
 * How much of a process's time each file of the sources had, the most first; Node's own and its packages' together.
 * @param source the folder in which a file is told from
 */
export function selfTimes(profile: CpuProfile, source: string): { seconds: number; times: SelfTime[] } {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const places = new Map<string, Map<string, number>>();
  let all = 0;
  for (const [i, sample] of profile.samples.entries()) {
    // The time after a sample is that of the function that it found.
    const time = profile.timeDeltas[i + 1] ?? 0;
    const { functionName, url } = frames.get(sample)!;
    const where = BESIDE[functionName] ?? placeOf(url, source);
    const functions = places.get(where) ?? new Map<string, number>();
    places.set(where, functions);
    functions.set(functionName, (functions.get(functionName) ?? 0) + time);
    all += time;
  }
  const times = [...places].map(([where, functions]) => ({
    where,
    share: [...functions.values()].reduce((sum, time) => sum + time, 0) / all,
    functions: [...functions]
      .filter(([name]) => name !== '' && !name.startsWith('('))
      .sort(([, a], [, b]) => b - a)
      .slice(0, NAMED)
      .map(([name]) => name),
  }));
  return {
    seconds: (profile.endTime - profile.startTime) / 1e6,
    times: times.sort((a, b) => b.share - a.share),
  };
}

function placeOf(url: string, source: string): string {
  // TypeScript is stripped of its types by a WebAssembly of Node's.
  if (/^(node:internal\/(modules|deps)|wasm:)/.test(url)) return 'starting';
  if (url === '' || url.startsWith('node:')) return 'Node itself';
  const file = url.replace('file://', '').replace(`${source}/`, '');
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file;
}
