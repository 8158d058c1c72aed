import type { k8s } from 'cdk8s-plus-27';
import { loginVariable } from '../../src/platform/config.ts';
import { PARTS, type Part } from '../../src/platform/roles.ts';
import { both, not, Only } from '../leaf.ts';
import type { Authority, Release } from '../release.ts';
import { type Env, number, secretVariable, variable } from './env.ts';

const CA_FILE = 'ca.crt';
const pathOf = (volume: string) => `/etc/waymark/${volume}`;

/** The certificates of a CA, where there are any: the file's name as a variable, and what brings the file to a pod. */
function authority(variableName: string, volume: string, { given, inSecret, ...where }: Authority) {
  const items = [{ key: where.key, path: CA_FILE }];
  return {
    env: new Only<k8s.EnvVar>(given, variable(variableName, `${pathOf(volume)}/${CA_FILE}`)),
    mount: new Only<k8s.VolumeMount>(given, { name: volume, mountPath: pathOf(volume), readOnly: true }),
    volumes: [
      new Only<k8s.Volume>(inSecret, { name: volume, secret: { secretName: where.secret, items } }),
      new Only<k8s.Volume>(both(given, not(inSecret)), {
        name: volume,
        configMap: { name: where.configMap, items },
      }),
    ],
  };
}

/** What of a pod a server takes that the pod works with. */
export interface Connection {
  env: (Env | Only<k8s.EnvVar>)[];
  mounts: Only<k8s.VolumeMount>[];
  volumes: Only<k8s.Volume>[];
}

/** Postgres, with the login of a part or with the one that migrates. */
export function toPostgres({ postgres, values }: Release, as: Part | 'owner'): Connection {
  const secret = as === 'owner' ? postgres.secret : postgres.logins[as];
  const ca = authority('POSTGRES_SSLROOTCERT', 'postgres-ca', postgres.ca);
  return {
    env: [
      variable('POSTGRES_HOST', postgres.host),
      variable('POSTGRES_PORT', number(postgres.port)),
      variable('POSTGRES_DB', values.postgres.database),
      secretVariable('POSTGRES_USER', secret, 'username'),
      secretVariable('POSTGRES_PASSWORD', secret, 'password'),
      variable('POSTGRES_ROLE_PREFIX', values.postgres.rolePrefix),
      variable('POSTGRES_SSLMODE', values.postgres.tls.mode),
      ca.env,
    ],
    mounts: [ca.mount],
    volumes: ca.volumes,
  };
}

/** The logins that `waymark migrate` makes. */
export const loginsEnv = ({ postgres }: Release): Env[] =>
  PARTS.flatMap((part) => [
    secretVariable(loginVariable(part, 'USER'), postgres.logins[part], 'username'),
    secretVariable(loginVariable(part, 'PASSWORD'), postgres.logins[part], 'password'),
  ]);

export function toRabbitmq({ rabbitmq }: Release): Connection {
  const ca = authority('AMQP_CA_FILE', 'rabbitmq-ca', rabbitmq.ca);
  return {
    env: [
      variable('AMQP_URL', rabbitmq.amqpUrl),
      secretVariable('AMQP_USERNAME', rabbitmq.secret, 'username'),
      secretVariable('AMQP_PASSWORD', rabbitmq.secret, 'password'),
      ca.env,
    ],
    mounts: [ca.mount],
    volumes: ca.volumes,
  };
}
