import { z } from 'zod';

const count = (description: string) => z.int().min(0).describe(description);

export const ModelCounts = z.object({
  passed: count('Built.'),
  failed: count('Failed.'),
  skipped: count('Not built, because what they need failed.'),
});
export const TestCounts = z.object({
  passed: count('Passed.'),
  failed: count('Failed.'),
  warned: count('Failed, with the severity of a warning.'),
  skipped: count('Not run, because what they test failed.'),
});

/** What dbt said of a run: the last line of `dbt/run.py`, and the termination message of its pod. */
export const RunSummary = z.object({
  outcome: z.enum(['succeeded', 'failed']),
  models: ModelCounts,
  tests: TestCounts,
  /** Names of the models and tests that failed, as many as fit. */
  failing: z.array(z.string()),
  /** Names of the tests that warn: something is odd and published all the same. */
  warning: z.array(z.string()).optional(),
  seconds: z.number(),
  /** What else there is to say, for example that it was stopped. */
  message: z.string().optional(),
});
export type RunSummary = z.output<typeof RunSummary>;

/** The summary in a line of JSON; undefined where the text is something else. */
export function parseSummary(text: string): RunSummary | undefined {
  try {
    return RunSummary.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** More names would hide the first ones; the log has all of them. */
const NAMES_TOLD = 10;

/** A failed run in one sentence that names what failed. */
export function failureMessage(summary: RunSummary): string {
  const { failing, message, models, tests } = summary;
  if (failing.length === 0) return message ? `the run failed: ${message}` : 'dbt failed; see its log';
  // The counts know of those, too, whose names did not fit into the summary.
  const more = Math.max(failing.length, models.failed + tests.failed) - Math.min(failing.length, NAMES_TOLD);
  return `dbt failed: ${failing.slice(0, NAMES_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
