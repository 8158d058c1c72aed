import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Release } from '../release.ts';
import { asText, metadata, resource, service, serviceAccount } from './construct.ts';
import { containerSecurity, podSecurity, secretVariable, selectorLabels, variable } from './pod.ts';
import { HEADLESS, imageOf, volumeClaim } from './server.ts';

const COMPONENT = 'rabbitmq';
const PORT = 5672;
const MANAGEMENT_PORT = 15672;
/** The user `rabbitmq` of the official image. */
const USER = 999;
const DATA = '/var/lib/rabbitmq';
const CONFIG = '20-waymark.conf';
const GRACE_SECONDS = 120;

const CONFIGURATION = `# Messages of 60 bytes: the broker needs little, and must never stop because a disk is not half empty.
disk_free_limit.absolute = 200MB
# The operator and KEDA read the depth of the queue from these statistics.
collect_statistics_interval = 5000
# A load may take as long as it takes; a consumer that died is noticed by its connection.
consumer_timeout = 86400000
`;

/** A small RabbitMQ of the official image: one pod, one claim. */
export class Rabbitmq extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { values, rabbitmq } = release;
    const name = release.named(COMPONENT);
    serviceAccount(this, release, COMPONENT);
    new kplus.ConfigMap(this, 'config', {
      metadata: metadata(name, COMPONENT),
      data: { [CONFIG]: CONFIGURATION },
    });
    const accepts = { tcpSocket: { port: 'amqp' }, timeoutSeconds: 5 };
    resource(
      this,
      'apps/v1 StatefulSet',
      { name, component: COMPONENT },
      {
        serviceName: name,
        replicas: 1,
        selector: { matchLabels: selectorLabels(release, COMPONENT) },
        template: {
          metadata: { labels: selectorLabels(release, COMPONENT) },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: podSecurity(USER),
            imagePullSecrets: values.imagePullSecrets as never,
            nodeSelector: values.nodeSelector,
            tolerations: values.tolerations as never,
            terminationGracePeriodSeconds: GRACE_SECONDS,
            containers: [
              {
                name: COMPONENT,
                image: imageOf(values.rabbitmq.image),
                imagePullPolicy: values.rabbitmq.image.pullPolicy,
                env: [
                  secretVariable('RABBITMQ_DEFAULT_USER', rabbitmq.secret, 'username'),
                  secretVariable('RABBITMQ_DEFAULT_PASS', rabbitmq.secret, 'password'),
                  variable('RABBITMQ_DEFAULT_VHOST', values.rabbitmq.vhost),
                ],
                ports: [
                  { name: 'amqp', containerPort: PORT },
                  { name: 'management', containerPort: MANAGEMENT_PORT },
                ],
                startupProbe: { ...accepts, periodSeconds: 2, failureThreshold: 150 },
                readinessProbe: {
                  httpGet: { path: '/', port: 'management' },
                  periodSeconds: 2,
                  timeoutSeconds: 5,
                },
                livenessProbe: { ...accepts, periodSeconds: 20, failureThreshold: 6 },
                resources: values.rabbitmq.resources as never,
                // The image writes its configuration when it starts.
                securityContext: containerSecurity(false),
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'config', mountPath: `/etc/rabbitmq/conf.d/${CONFIG}`, subPath: CONFIG },
                ],
              },
            ],
            volumes: [{ name: 'config', configMap: { name: asText(name) } }],
          },
        },
        volumeClaimTemplates: [volumeClaim('data', values.rabbitmq.persistence)],
      },
    );
    service(
      this,
      release,
      COMPONENT,
      [
        { name: 'amqp', port: PORT },
        { name: 'management', port: MANAGEMENT_PORT },
      ],
      { clusterIP: HEADLESS },
    );
  }
}
