import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { API_VERSION, KIND } from '../../src/operator/transformation.ts';
import { QUEUE } from '../../src/queue/topology.ts';
import type { TransformationSpec } from '../imports/waymark.dev.ts';
import { type Leafy, Optional } from '../leaf.ts';
import type { Authority, Release } from '../release.ts';
import { metadata } from './construct.ts';

const COMPONENT = 'transformation';

const authority = ({ secret, configMap, key }: Authority) => ({
  caSecretName: new Optional(secret),
  caConfigMapName: new Optional(configMap),
  caKey: key,
});

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
        tls: authority(rabbitmq.ca),
      },
      database: {
        secretName: postgres.logins.transform,
        host: postgres.host,
        port: postgres.port,
        name: values.postgres.database,
        rolePrefix: values.postgres.rolePrefix,
        tls: { mode: values.postgres.tls.mode as never, ...authority(postgres.ca) },
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
