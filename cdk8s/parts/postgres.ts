import { Construct } from 'constructs';
import type { Release } from '../release.ts';
import { secretVariable, variable } from './env.ts';
import { containerSecurity } from './pod.ts';
import { deployServer } from './server.ts';

const COMPONENT = 'postgres';
const PORT = 5432;
const DATA = '/var/lib/postgresql/data';

/** A small Postgres of the official image. */
export class Postgres extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { values, postgres } = release;
    // By TCP: while the data directory is made the server listens on no port.
    const check = { exec: { command: ['pg_isready', '-q', '-h', '127.0.0.1', '-p', String(PORT)] } };
    deployServer(this, release, COMPONENT, {
      chosen: values.postgres,
      // The image's STOPSIGNAL is SIGINT: a fast, orderly shutdown.
      args: values.postgres.settings,
      env: [
        secretVariable('POSTGRES_USER', postgres.secret, 'username'),
        secretVariable('POSTGRES_PASSWORD', postgres.secret, 'password'),
        variable('POSTGRES_DB', values.postgres.database),
        // Below the mount: the root of a volume may hold lost+found.
        variable('PGDATA', `${DATA}/pgdata`),
      ],
      ports: [{ name: COMPONENT, port: PORT }],
      alive: check,
      ready: check,
      securityContext: containerSecurity(true),
      dataPath: DATA,
      volumes: [
        { path: '/var/run/postgresql', volume: { name: 'run', emptyDir: {} } },
        { path: '/tmp', volume: { name: 'tmp', emptyDir: {} } },
        // Parallel queries share memory here; a container's own is 64 MiB.
        {
          path: '/dev/shm',
          volume: { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' as never } },
        },
      ],
    });
  }
}
