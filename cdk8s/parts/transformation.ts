import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { API_VERSION, KIND } from '../../src/operator/transformation.ts';
import { QUEUE } from '../../src/queue/topology.ts';
import type { TransformationSpec } from '../imports/waymark.dev.ts';
import type { Leafy } from '../leaf.ts';
import type { Release } from '../release.ts';
import { metadata } from './construct.ts';

const COMPONENT = 'transformation';

/** When dbt runs, and the Job that it runs in. */
export class Transformation extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { values, postgres, rabbitmq } = release;
    const { transformation, dbt } = values;
    const spec: Leafy<TransformationSpec> = {
      queue: {
        name: QUEUE,
        vhost: values.rabbitmq.vhost,
        secretName: rabbitmq.secret,
        managementUrl: rabbitmq.managementUrl,
      },
      database: {
        secretName: postgres.secret,
        host: postgres.host,
        port: postgres.port,
        name: values.postgres.database,
      },
      drain: {
        stabilizationSeconds: transformation.stabilizationSeconds,
        pollIntervalSeconds: transformation.pollIntervalSeconds,
        minIntervalSeconds: transformation.minIntervalSeconds,
        maxDelaySeconds: transformation.maxDelaySeconds,
      },
      suspend: transformation.suspend,
      concurrencyPolicy: transformation.concurrencyPolicy as never,
      successfulRunsHistoryLimit: transformation.successfulRunsHistoryLimit,
      failedRunsHistoryLimit: transformation.failedRunsHistoryLimit,
      jobTemplate: {
        image: release.dbtImage,
        imagePullPolicy: dbt.image.pullPolicy as never,
        imagePullSecrets: values.imagePullSecrets as never,
        env: dbt.env as never,
        resources: dbt.resources as never,
        nodeSelector: values.nodeSelector as never,
        tolerations: values.tolerations as never,
        activeDeadlineSeconds: dbt.activeDeadlineSeconds,
        backoffLimit: dbt.backoffLimit,
        ttlSecondsAfterFinished: dbt.ttlSecondsAfterFinished,
      },
    };
    new ApiObject(this, 'transformation', {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: {
        ...metadata(release.name, COMPONENT),
        labels: {
          'app.kubernetes.io/component': COMPONENT,
          'app.kubernetes.io/instance': release.name as never,
        },
      },
      spec,
    });
  }
}
