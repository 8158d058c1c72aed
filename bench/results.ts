import { readFile } from 'node:fs/promises';

/** What one run took, in seconds. */
export interface Measured {
  /** Of the whole of `run.py`. */
  total: number;
  /** Of each model and test, by name; four of them are at work at a time. */
  nodes: Map<string, number>;
  /** The most memory, in MB, that the server's processes had to themselves at a time. */
  memory: number;
}

interface RunResults {
  results: { unique_id: string; execution_time: number }[];
}

export async function readNodes(path: string): Promise<Map<string, number>> {
  const { results } = JSON.parse(await readFile(path, 'utf8')) as RunResults;
  return new Map(
    results
      .filter(({ unique_id }) => !unique_id.startsWith('exposure.'))
      .map(({ unique_id, execution_time }) => {
        const [type, , name] = unique_id.split('.');
        return [type === 'test' ? `test ${name}` : name!, execution_time];
      }),
  );
}

/** Models and tests that take less, in seconds, are told together. */
const TOLD_FROM = 0.5;

/** A table in Markdown: a row a model or test, the slowest first. */
export function table(full: Measured, month: Measured): string {
  const time = ({ nodes }: Measured, name: string) => nodes.get(name) ?? 0;
  const names = [...new Set([...full.nodes.keys(), ...month.nodes.keys()])].toSorted(
    (a, b) => time(full, b) - time(full, a) || time(month, b) - time(month, a),
  );
  const slow = names.filter((name) => time(full, name) >= TOLD_FROM || time(month, name) >= TOLD_FROM);
  const rest = names.filter((name) => !slow.includes(name));
  const restOf = (of: Measured) => rest.reduce((sum, name) => sum + time(of, name), 0);
  const row = (name: string, one: number, other: number) =>
    `| ${name} | ${one.toFixed(1)} | ${other.toFixed(1)} |`;
  return [
    '| seconds | everything anew | a month more |',
    '| --- | ---: | ---: |',
    row('**the whole run**', full.total, month.total),
    ...slow.map((name) => row(name, time(full, name), time(month, name))),
    row(`${rest.length} others together`, restOf(full), restOf(month)),
    '',
  ].join('\n');
}
