import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { QUEUE } from '../../src/queue/topology.ts';
import {
  ScaledObject,
  ScaledObjectSpecFallbackBehavior,
  type TriggerAuthenticationSpecSecretTargetRef as Target,
} from '../imports/keda.sh.ts';
import { Fork, type Leaf, type Leafy, Only } from '../leaf.ts';
import type { Release } from '../release.ts';
import { asText, metadata, When } from './construct.ts';
import { number, variable } from './env.ts';
import { METRICS_PORT } from './pod.ts';
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
        variable('METRICS_PORT', String(METRICS_PORT)),
        variable('CONSUMER_PREFETCH', number(consumer.prefetch)),
        variable('MAX_ATTEMPTS', number(consumer.maxAttempts)),
      ],
      resources: consumer.resources,
      ledgerAs: 'consumer',
      usesBroker: true,
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
    this.#authenticate(when, release);
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

  /** As whom KEDA asks the management API, and by what that shows who it is. */
  #authenticate(scope: Construct, release: Release): void {
    const { secret, ca } = release.rabbitmq;
    const name = release.named(COMPONENT);
    const login: Leafy<Target>[] = ['username', 'password'].map((key) => ({
      parameter: key,
      name: secret,
      key,
    }));
    const certificates = (from: Leaf<string>): Leafy<Target> => ({
      parameter: 'ca',
      name: from,
      key: ca.key,
    });
    // KEDA takes this word from a Secret or ConfigMap, too, and from nowhere else.
    const withTls = new When(scope, 'with-tls', ca.given);
    new kplus.ConfigMap(withTls, 'tls', { metadata: metadata(name, COMPONENT), data: { tls: 'enable' } });
    const tls: Leafy<Target> = { parameter: 'tls', name, key: 'tls' };
    const spec = {
      secretTargetRef: [...login, new Only<Target>(ca.inSecret, certificates(ca.secret))],
      configMapTargetRef: new Fork<Target[]>(
        ca.given,
        new Fork<Target[]>(ca.inSecret, [tls], [tls, certificates(ca.configMap)]),
        [],
      ),
    };
    new ApiObject(scope, 'trigger-authentication', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: metadata(name, COMPONENT),
      spec,
    });
  }
}

const asNumber = (leaf: Leaf<number>): number => leaf as unknown as number;
