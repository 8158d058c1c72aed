import { Construct } from 'constructs';
import { QUEUE } from '../../src/queue/topology.ts';
import { ScaledObject, ScaledObjectSpecFallbackBehavior, TriggerAuthentication } from '../imports/keda.sh.ts';
import type { Leaf } from '../leaf.ts';
import type { Release } from '../release.ts';
import { asText, metadata, When } from './construct.ts';
import { number, variable } from './env.ts';
import { METRICS_PORT, postgresEnv, rabbitmqEnv } from './pod.ts';
import { deployRole } from './role.ts';

const COMPONENT = 'consumer';

/** Consumers, scaled by KEDA on the depth of the queue. The Deployment states no replicas: they are KEDA's. */
export class Consumer extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { consumer } = release.values;
    deployRole(this, release, COMPONENT, {
      command: 'consumer',
      port: { name: 'metrics', number: METRICS_PORT },
      env: [
        ...postgresEnv(release),
        ...rabbitmqEnv(release),
        variable('METRICS_PORT', String(METRICS_PORT)),
        variable('CONSUMER_PREFETCH', number(consumer.prefetch)),
        variable('MAX_ATTEMPTS', number(consumer.maxAttempts)),
      ],
      resources: consumer.resources,
      migrates: true,
      storesFiles: true,
      terminationGracePeriodSeconds: consumer.terminationGracePeriodSeconds,
    });
    this.#scale(release);
  }

  #scale(release: Release): void {
    const { autoscaling } = release.values.consumer;
    const { rabbitmq, values } = release;
    const name = release.named(COMPONENT);
    const when = new When(this, 'autoscaling', autoscaling.enabled);
    new TriggerAuthentication(when, 'trigger-authentication', {
      metadata: metadata(name, COMPONENT),
      spec: {
        secretTargetRef: [
          { parameter: 'username', name: asText(rabbitmq.secret), key: 'username' },
          { parameter: 'password', name: asText(rabbitmq.secret), key: 'password' },
        ],
      },
    });
    new ScaledObject(when, 'scaled-object', {
      metadata: metadata(name, COMPONENT),
      spec: {
        scaleTargetRef: { name: asText(name) },
        minReplicaCount: asNumber(autoscaling.minReplicas),
        maxReplicaCount: asNumber(autoscaling.maxReplicas),
        pollingInterval: asNumber(autoscaling.pollingIntervalSeconds),
        cooldownPeriod: asNumber(autoscaling.cooldownSeconds),
        initialCooldownPeriod: asNumber(autoscaling.initialCooldownSeconds),
        fallback: {
          failureThreshold: asNumber(autoscaling.fallbackFailures),
          replicas: asNumber(autoscaling.fallbackReplicas),
          behavior: ScaledObjectSpecFallbackBehavior.CURRENT_REPLICAS_IF_HIGHER,
        },
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleDown: {
                stabilizationWindowSeconds: asNumber(autoscaling.scaleDownStabilizationSeconds),
              },
            },
          },
        },
        triggers: [
          {
            type: 'rabbitmq',
            metricType: 'AverageValue',
            metadata: {
              host: asText(rabbitmq.managementUrl),
              // AMQP counts ready messages only, and would take consumers away from the files that they load.
              protocol: 'http',
              excludeUnacknowledged: 'false',
              vhostName: asText(values.rabbitmq.vhost),
              queueName: QUEUE,
              mode: 'QueueLength',
              value: asText(number(autoscaling.messagesPerConsumer)),
            },
            authenticationRef: { name: asText(name) },
          },
        ],
      },
    });
  }
}

const asNumber = (leaf: Leaf<number>): number => leaf as unknown as number;
