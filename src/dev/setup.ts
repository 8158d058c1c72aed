import { SETUP_LOG } from './command.ts';
import { install } from './install.ts';
import { withLock } from './lock.ts';
import { logTail } from './log-tail.ts';
import { findGo, type Need, POSTGRES, PROMTOOL, PYTHON, RABBITMQ } from './need.ts';
import { TOOLS } from './paths.ts';
import { runSteps, type Step } from './steps.ts';
import { dbtInstalled, installDbt } from './venv.ts';
import { installVersitygw, versitygwInstalled } from './versitygw.ts';

/** The set-up failed: the message holds what went wrong and where to read more. */
export class SetupError extends Error {
  override name = 'SetupError';
}

export interface SetupOptions {
  signal: AbortSignal;
  /** Whether what only the tests need is to be there, too. */
  forTests: boolean;
}

/**
 * Installs what is missing: servers (unless POSTGRES_HOST or AMQP_URL name others), Python, dbt, and for tests an S3
 * server where Go is here to build it.
 * Says nothing and takes no time where everything is there.
 * @throws SetupError
 */
export async function setUp({ signal, forTests }: SetupOptions): Promise<void> {
  const needs: Need[] = [PYTHON];
  if (!process.env.POSTGRES_HOST) needs.push(POSTGRES);
  if (!process.env.AMQP_URL) needs.push(RABBITMQ);
  if (forTests) needs.push(PROMTOOL);
  const isMissing = (need: Need) => need.find() === undefined;
  const s3Missing = forTests && !versitygwInstalled();
  if (s3Missing && !findGo()) console.log('There is no Go 1.21 or later here: the tests on S3 are left out.');
  const buildS3 = s3Missing && findGo() !== undefined;
  if (!needs.some(isMissing) && dbtInstalled() && !buildS3) return;

  const waiting = () => console.log('Another terminal is setting things up: waiting for it ...');
  await withLock(`${TOOLS}/setup.lock`, waiting, async () => {
    const missing = needs.filter(isMissing);
    const steps: Step[] = [];
    if (missing.length > 0)
      steps.push({
        title: `Install ${missing.map((need) => need.name).join(', ')}`,
        work: (onLine) => install(missing, { signal, onLine }),
      });
    if (!dbtInstalled())
      steps.push({
        title: 'Install dbt (a virtual environment under .waymark/tools)',
        work: (onLine) => installDbt({ signal, onLine }),
      });
    if (buildS3 && !versitygwInstalled())
      steps.push({
        title: 'Build versitygw (the S3 server of the tests, under .waymark/tools): some minutes, once',
        work: (onLine) => installVersitygw({ signal, onLine }),
      });
    try {
      await runSteps(steps);
    } catch (error) {
      if (signal.aborted) throw error;
      throw new SetupError(
        `${error instanceof Error ? error.message : error}\nThe end of ${SETUP_LOG}:\n${logTail(SETUP_LOG, 15)}`,
        { cause: error },
      );
    }
  });
}
