import { z } from 'zod';
import { SSL_MODES } from '../../src/platform/config.ts';
import { section, value } from '../value.ts';
import {
  authority,
  bucket,
  flag,
  image,
  login,
  map,
  name,
  persistence,
  port,
  quantity,
  required,
  resources,
  unspaced,
} from './shapes.ts';

/** Where files, ledger, tables and messages are: servers of the chart or of your own. */
export const servers = {
  storage: section('Where accepted files lie.', {
    type: value(
      z.enum(['directory', 's3']),
      'directory',
      'directory: on a claim that API and consumers share. s3: in a bucket of S3, or of a server that speaks like it; no claim, and any node will do.',
    ),
    existingClaim: value(
      name,
      '',
      'directory: a claim that is there already; empty: one is made, and kept when the release goes.',
    ),
    size: value(quantity, '10Gi', 'directory: size of the claim.'),
    accessMode: value(
      z.enum(['ReadWriteOnce', 'ReadWriteMany']),
      'ReadWriteOnce',
      'directory: ReadWriteOnce keeps API and consumers on one node; ReadWriteMany (NFS, CephFS, EFS …) frees them.',
    ),
    storageClassName: value(name, '', "directory: class of the volume; empty: the cluster's default."),
    s3: section('The bucket.', {
      bucket: value(bucket, '', 'Its name.'),
      prefix: value(
        z.string().regex(/^([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/),
        '',
        'Where in it, as `team/waymark`; empty: at its top.',
      ),
      endpoint: value(
        z.string().regex(/^(https?:\/\/\S+)?$/),
        '',
        "Where S3 is, as `https://minio.example.com`; empty: Amazon's.",
      ),
      region: value(name, '', 'Its region; with an endpoint of your own, empty will do.'),
      addressing: value(
        z.enum(['auto', 'path', 'host']),
        'auto',
        'Where the bucket stands in an address; auto: in the path with an endpoint of your own, in the host name without.',
      ),
      existingSecret: value(
        name,
        '',
        'Secret with the keys `access-key-id` and `secret-access-key`; empty: the pods have their rights by their service accounts.',
      ),
      serviceAccountAnnotations: value(
        map,
        {},
        'Annotations of the service accounts of API and consumers, as `eks.amazonaws.com/role-arn: arn:…`.',
      ),
      caConfigMap: value(
        name,
        '',
        'ConfigMap whose key `ca.crt` has certificates of authorities to trust beside the usual ones.',
      ),
      encryption: value(
        z.enum(['', 'AES256', 'aws:kms', 'aws:kms:dsse']),
        '',
        'How S3 encrypts what it keeps; empty: as the bucket says.',
      ),
      kmsKeyId: value(name, '', 'The key for KMS; empty: the one that AWS manages.'),
    }),
  }),

  postgres: section('The database.', {
    enabled: value(
      flag,
      true,
      'Whether the chart brings one. If not, `host` and `existingSecret` must be set.',
    ),
    host: value(name, '', 'Host of your own.'),
    port: value(port, 5432, 'Its port.'),
    database: value(required, 'waymark', 'Database in it.'),
    existingSecret: value(
      name,
      '',
      'Secret with the keys `username` and `password` of the login that owns the database and migrates; empty: generated once, kept when the release goes.',
    ),
    logins: section('What each part logs in with: docs/postgres-roles.md says what it may.', {
      api: login('the API'),
      consumer: login('consumers'),
      transform: login('the operator and dbt'),
      docs: login('the docs server'),
      reader: login('people and tools that read the marts'),
      auditor: login('people who read everything'),
    }),
    rolePrefix: value(
      z.string().regex(/^[a-z_][a-z0-9_]{0,49}$/),
      'waymark',
      'What the names of the group roles begin with. Two databases of one server need two.',
    ),
    tls: section('How the connection to a server of your own is protected.', {
      mode: value(
        z.enum(SSL_MODES),
        'disable',
        "libpq's sslmode: disable, require, verify-ca, or verify-full, which checks that it is your server.",
      ),
      ...authority,
    }),
    image: image('postgres', '17-trixie', 'The official image.'),
    settings: value(
      z.array(z.string()),
      ['-c', 'shared_buffers=128MB', '-c', 'max_connections=200', '-c', 'max_wal_size=2GB'],
      'Settings of the server, as arguments.',
    ),
    persistence: persistence('10Gi'),
    // While dbt builds, its sessions sort and count in up to 64 MB a step: 950 MB were seen, before anyone else's.
    resources: resources('100m', '256Mi', '2Gi'),
  }),

  rabbitmq: section('The broker.', {
    enabled: value(
      flag,
      true,
      'Whether the chart brings one. If not, `host` and `existingSecret` must be set.',
    ),
    host: value(
      name,
      '',
      'Host of your own, by a name that KEDA finds from its own namespace too: `mq.team.svc`, not `mq`.',
    ),
    port: value(port, 5672, 'Its port for AMQP.'),
    scheme: value(z.enum(['amqp', 'amqps']), 'amqp', 'amqps: with TLS.'),
    managementUrl: value(
      name,
      '',
      'Its management API, for KEDA and the operator; empty: `http://{host}:15672`, with amqps `https://{host}:15671`.',
    ),
    tls: section('By what a server of your own, with `scheme: amqps`, shows who it is.', authority),
    vhost: value(unspaced, '/', 'Virtual host.'),
    existingSecret: value(
      name,
      '',
      'Secret with the keys `username` and `password`; empty: generated once, kept when the release goes.',
    ),
    image: image('rabbitmq', '4.0-management', 'The official image, with the management plugin.'),
    persistence: persistence('2Gi'),
    resources: resources('100m', '256Mi', '768Mi'),
  }),
};
