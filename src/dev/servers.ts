import { type Child, ChildError, endOfLog, turnLog } from './child.ts';
import type { Ending } from './ending.ts';
import { HOME, LOGS } from './paths.ts';
import { ensureDatabase, existingPostgres, type PostgresSettings, startPostgres } from './postgres.ts';
import { checkRabbitmq, existingRabbitmq, type RabbitmqSettings, startRabbitmq } from './rabbitmq.ts';

export interface Servers {
  settings: PostgresSettings & RabbitmqSettings;
}

export interface ServersOptions {
  ending: Ending;
  say: (line: string) => void;
  /** Called with each server as it starts: who stops them does so in the opposite order. */
  onStart: (child: Child) => void;
}

/** Postgres and RabbitMQ: our own, or those that POSTGRES_HOST and AMQP_URL name. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  // RabbitMQ takes some seconds, Postgres hardly one: side by side. Both have answered before either's error is told.
  const [postgres, rabbitmq] = await Promise.allSettled([postgresOf(options), rabbitmqOf(options)]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (rabbitmq.status === 'rejected') throw rabbitmq.reason;
  return { settings: { ...postgres.value, ...rabbitmq.value } };
}

async function postgresOf({ ending, say, onStart }: ServersOptions): Promise<PostgresSettings> {
  if (process.env.POSTGRES_HOST) {
    const settings = existingPostgres(process.env);
    await reach('POSTGRES_HOST', settings.POSTGRES_HOST, () => ensureDatabase(settings));
    return settings;
  }
  const log = `${LOGS}/postgres.log`;
  turnLog(log);
  const { server, settings } = await startPostgres({
    folder: `${HOME}/postgres`,
    log,
    say,
    signal: ending.signal,
  });
  watch(server, ending);
  onStart(server);
  return settings;
}

async function rabbitmqOf({ ending, say, onStart }: ServersOptions): Promise<RabbitmqSettings> {
  if (process.env.AMQP_URL) {
    const settings = existingRabbitmq(process.env);
    await reach('AMQP_URL', new URL(settings.AMQP_URL).host, () => checkRabbitmq(settings));
    return settings;
  }
  const log = `${LOGS}/rabbitmq.log`;
  turnLog(log);
  const { server, portMapper, settings } = await startRabbitmq({
    folder: `${HOME}/rabbitmq`,
    log,
    say,
    signal: ending.signal,
  });
  for (const child of [portMapper, server]) {
    watch(child, ending);
    onStart(child);
  }
  return settings;
}

/** Nothing works without its servers, and starting one again would hide that something is wrong with it. */
function watch(child: Child, ending: Ending): void {
  void child.ended.then((how) => {
    if (!ending.signal.aborted) ending.fail(new ChildError(`${child.name} ${how}.\n${endOfLog(child)}`));
  });
}

async function reach(variable: string, host: string, connect: () => Promise<void>): Promise<void> {
  try {
    await connect();
  } catch (cause) {
    throw new Error(
      `${variable} names a server that cannot be used (${host}: ${(cause as Error).message}). ` +
        `Unset ${variable} to let Waymark start its own.`,
      { cause },
    );
  }
}
