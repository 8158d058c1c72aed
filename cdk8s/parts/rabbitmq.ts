import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Release } from '../release.ts';
import { metadata } from './construct.ts';
import { secretVariable, variable } from './env.ts';
import { containerSecurity } from './pod.ts';
import { deployServer } from './server.ts';

const COMPONENT = 'rabbitmq';
const PORT = 5672;
const MANAGEMENT_PORT = 15672;
const DATA = '/var/lib/rabbitmq';
const CONFIG = '20-waymark.conf';

const CONFIGURATION = `# Messages of 60 bytes: the broker needs little, and must never stop because a disk is not half empty.
disk_free_limit.absolute = 200MB
# The operator and KEDA read the depth of the queue from these statistics.
collect_statistics_interval = 5000
# A load may take as long as it takes; a consumer that died is noticed by its connection.
consumer_timeout = 86400000
`;

/** A small RabbitMQ of the official image. */
export class Rabbitmq extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { values, rabbitmq } = release;
    const name = release.named(COMPONENT);
    new kplus.ConfigMap(this, 'config', {
      metadata: metadata(name, COMPONENT),
      data: { [CONFIG]: CONFIGURATION },
    });
    deployServer(this, release, COMPONENT, {
      chosen: values.rabbitmq,
      env: [
        secretVariable('RABBITMQ_DEFAULT_USER', rabbitmq.secret, 'username'),
        secretVariable('RABBITMQ_DEFAULT_PASS', rabbitmq.secret, 'password'),
        variable('RABBITMQ_DEFAULT_VHOST', values.rabbitmq.vhost),
      ],
      ports: [
        { name: 'amqp', port: PORT },
        { name: 'management', port: MANAGEMENT_PORT },
      ],
      alive: { tcpSocket: { port: 'amqp' as never } },
      ready: { httpGet: { path: '/', port: 'management' as never } },
      // The image writes its configuration when it starts.
      securityContext: containerSecurity(false),
      dataPath: DATA,
      volumes: [
        {
          path: `/etc/rabbitmq/conf.d/${CONFIG}`,
          subPath: CONFIG,
          volume: { name: 'config', configMap: { name } },
        },
      ],
    });
  }
}
