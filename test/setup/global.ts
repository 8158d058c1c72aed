import { existsSync, readdirSync, rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import type { Child } from '../../src/dev/child.ts';
import { identify } from '../../src/dev/identity.ts';
import { HOME } from '../../src/dev/paths.ts';
import {
  existingPostgres,
  type PostgresSettings,
  query,
  removePostgres,
  startPostgres,
} from '../../src/dev/postgres.ts';
import { existingRabbitmq, type RabbitmqSettings, startRabbitmq } from '../../src/dev/rabbitmq.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { PARTS, roleOf } from '../../src/platform/roles.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresSettings;
    rabbitmq: RabbitmqSettings;
    templateDatabase: string;
    rolePrefix: string;
  }
}

/** Every run of the tests has a folder of its own, named by its process: several may run at once. */
const RUNS = `${HOME}/test`;

/**
 * Starts a Postgres and a RabbitMQ that nobody will miss, for all test files together, or takes those that POSTGRES_HOST
 * and AMQP_URL name. Tests get databases and virtual hosts of their own from them (database.ts, broker.ts).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeDeadRuns();
  const folder = `${RUNS}/${process.pid}`;
  const started: Child[] = [];
  const teardown = async () => {
    for (const server of started.toReversed()) await end(server);
    removePostgres(`${folder}/postgres`);
    rmSync(folder, { recursive: true, force: true });
  };
  const options = { say: () => {}, signal: new AbortController().signal };

  const postgres = async () => {
    if (process.env.POSTGRES_HOST) return existingPostgres(process.env);
    const at = { folder: `${folder}/postgres`, log: `${folder}/log/postgres.log` };
    const { server, settings } = await startPostgres({ ...options, ...at, throwAway: true });
    started.push(server);
    return settings;
  };
  const rabbitmq = async () => {
    if (process.env.AMQP_URL) return existingRabbitmq(process.env);
    const at = { folder: `${folder}/rabbitmq`, log: `${folder}/log/rabbitmq.log` };
    const { server, portMapper, settings } = await startRabbitmq({ ...options, ...at, throwAway: true });
    started.push(portMapper, server);
    return settings;
  };

  const servers = await Promise.allSettled([postgres(), rabbitmq()]);
  const [first, second] = servers;
  if (first.status === 'rejected' || second.status === 'rejected') {
    await teardown();
    throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
  }
  const templateDatabase = `waymark_template_${process.pid}`;
  await query(first.value, 'postgres', `drop database if exists ${templateDatabase}`);
  await query(first.value, 'postgres', `create database ${templateDatabase}`);
  // Roles are the whole server's: a server that is not ours keeps none of them.
  const rolePrefix = `waymark_test_${process.pid}`;
  const config = {
    ...first.value,
    POSTGRES_PORT: Number(first.value.POSTGRES_PORT),
    POSTGRES_DB: templateDatabase,
    POSTGRES_ROLE_PREFIX: rolePrefix,
  };
  const { withoutRoles } = await migrate(config);
  if (withoutRoles) throw withoutRoles;
  project.provide('postgres', first.value);
  project.provide('rabbitmq', second.value);
  project.provide('templateDatabase', templateDatabase);
  project.provide('rolePrefix', rolePrefix);
  return async () => {
    try {
      await query(first.value, 'postgres', `drop database if exists ${templateDatabase}`);
      const roles = PARTS.map((part) => roleOf(config, part)).join(', ');
      if (process.env.POSTGRES_HOST) await query(first.value, 'postgres', `drop role if exists ${roles}`);
    } finally {
      await teardown();
    }
  };
}

/** RabbitMQ takes seconds to say goodbye; Postgres takes none, and killed, it would leave its shared memory. */
async function end(server: Child): Promise<void> {
  if (server.name === 'rabbitmq') server.kill();
  else await server.stop();
  await server.ended;
}

/** What runs that were killed have left. */
function removeDeadRuns(): void {
  if (!existsSync(RUNS)) return;
  for (const entry of readdirSync(RUNS)) {
    if (identify(Number(entry))) continue;
    removePostgres(`${RUNS}/${entry}/postgres`);
    rmSync(`${RUNS}/${entry}`, { recursive: true, force: true });
  }
}
