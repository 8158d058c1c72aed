import { Listr, PRESET_TIMER } from 'listr2';

/** Something that takes a while, and may tell how far it is. */
export interface Step {
  title: string;
  work(onLine: (line: string) => void): Promise<void>;
}

/** Does one step after another: with a moving display on a terminal, with plain lines elsewhere. */
export async function runSteps(steps: Step[]): Promise<void> {
  await (process.stdout.isTTY ? showSteps(steps) : tellSteps(steps));
}

async function showSteps(steps: Step[]): Promise<void> {
  await new Listr(
    steps.map(({ title, work }) => ({
      title,
      task: (_, task) =>
        work((line) => {
          task.output = line;
        }),
      rendererOptions: { timer: PRESET_TIMER },
    })),
    // Who stops the work is not for its display to decide; and whoever catches the error tells of it.
    { registerSignalListeners: false, rendererOptions: { removeEmptyLines: true, showErrorMessage: false } },
  ).run();
}

async function tellSteps(steps: Step[]): Promise<void> {
  for (const { title, work } of steps) {
    console.log(`${title} ...`);
    const started = performance.now();
    await work(() => {});
    console.log(`  done in ${Math.round((performance.now() - started) / 1000)} s`);
  }
}
