import type { RunResult } from './run.ts';
import type { StoreKind } from './store.ts';

export interface Reported extends RunResult {
  seed: number;
  storage: StoreKind;
}

const number = (value: number) => Math.round(value).toLocaleString('en');

/** The page of what was broken, what was looked at and what came of it. */
export function report(runs: Reported[], mutants: { name: string; red: string }[]): string {
  const checks = runs[0]!.checks.map(({ name }) => name);
  const of = (name: string) => runs.flatMap((run) => run.checks.filter((check) => check.name === name));
  const faults = Map.groupBy(
    runs.flatMap(({ injected }) => injected),
    (name) => name,
  );
  return `# What happens when things break

Written by \`npm run test:faults -- --report\`. Real processes (two APIs with their relays, two consumers, two transformation
loops with dbt, RabbitMQ, Postgres, a directory or an S3 server) take a stream of uploads of all feeds and formats while they are
killed, paused, cut off, starved of disk and lied to. Then a program that shares no code with the loader reads everything back
and holds it against what was sent. The same seed breaks the same things in the same order.

\`\`\`sh
npm run test:faults                                   # every fault once, on a directory and on S3: ten minutes
npm run test:faults -- --seed 7 --minutes 60          # a long soak: over and over
npm run test:faults -- --storage s3 --only 'in mid COPY'
npm run test:faults -- --short                        # as CI does: half of them on each storage
npm run test:faults -- --mutants                      # Waymark with mistakes in it: the suite must turn red
\`\`\`

Logs of the last run, of every process and of every answer, are in \`.waymark/faults\`. What stops the processes at a place are the
points of \`src/platform/fault-points.ts\`, which cost nothing where the suite has not asked for them. Two faults fill a disk, for
which root mounts a small one; for others they are left out, and the suite says so.

## The last runs

| seed | storage | faults | files | rows | seconds | |
| ---: | --- | ---: | ---: | ---: | ---: | --- |
${runs
  .map(
    (run) =>
      `| ${run.seed} | ${run.storage} | ${run.injected.length} | ${number(run.files)} | ${number(run.rows)} | ${number(run.seconds)} | ${isGreen(run) ? 'nothing wrong' : 'WRONG'} |`,
  )
  .join('\n')}

## What was looked at

| after each run | looked at in all | wrong |
| --- | ---: | ---: |
${checks
  .map((name) => {
    const sum = of(name).reduce((all, check) => all + check.of, 0);
    return `| ${name} | ${number(sum)} | ${of(name).reduce((all, { wrong }) => all + wrong.length, 0)} |`;
  })
  .join('\n')}

Rows of superseded and deleted files may wait for a moment without a run; it is waited for. Uploads may be answered 5xx while
what they need is away; the client sends again.

## What was broken

| fault | times |
| --- | ---: |
${[...faults]
  .toSorted(([one], [other]) => one.localeCompare(other))
  .map(([name, times]) => `| ${name} | ${times.length} |`)
  .join('\n')}

## The suite can fail

Each of these mistakes, put into a copy of the sources, turns it red; the sources as they are stay green under the same faults.

| mistake | what turns red |
| --- | --- |
${mutants.map(({ name, red }) => `| ${name} | ${red} |`).join('\n')}
`;
}

export const isGreen = ({ missed, checks }: RunResult): boolean =>
  missed.length === 0 && checks.every(({ wrong }) => wrong.length === 0);
