import { ApiObject, App, Chart } from 'cdk8s';
import { Api } from './api.ts';
import { conditionsOf, When } from './construct.ts';
import { Consumer } from './consumer.ts';
import { Docs } from './docs.ts';
import type { Leaf } from './leaf.ts';
import { isEmpty } from './leaf.ts';
import { Monitoring } from './monitoring.ts';
import { Operator } from './operator.ts';
import { Postgres } from './postgres.ts';
import { Rabbitmq } from './rabbitmq.ts';
import type { Release } from './release.ts';
import { SampleData } from './sample-data.ts';
import { Storage } from './storage.ts';
import { Transformation } from './transformation.ts';

// Keys stay in the order in which the tree states them: kind, name, then what matters most.
process.env.CDK8S_DISABLE_SORT = '1';

export interface Resource {
  /** `api-deployment`: unique, and the name of its template. */
  id: string;
  object: ApiObject;
  conditions: Leaf<boolean>[];
}

/** The whole tree: everything that a release is made of, but for the Secrets. */
export function waymark(release: Release, version: string): Resource[] {
  const { values, resolution } = release;
  const app = new App({ resolvers: [resolution] });
  const chart = new Chart(app, 'waymark', {
    labels: {
      'app.kubernetes.io/name': 'waymark',
      'app.kubernetes.io/instance': release.name as never,
      'app.kubernetes.io/version': version,
    },
  });
  new Postgres(new When(chart, 'own-postgres', values.postgres.enabled), release);
  new Rabbitmq(new When(chart, 'own-rabbitmq', values.rabbitmq.enabled), release);
  new Storage(new When(chart, 'own-claim', isEmpty(values.storage.existingClaim)), release);
  new Api(chart, release);
  new Consumer(chart, release);
  new Operator(chart, release);
  new Transformation(chart, release);
  new Docs(chart, release);
  new Monitoring(chart, release);
  new SampleData(new When(chart, 'sample-data-wanted', values.sampleData.enabled), release);

  return chart.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .map((object) => ({ id: idOf(object), object, conditions: conditionsOf(object) }));
}

/** `{component}-{kind}`. */
const idOf = (object: ApiObject): string =>
  `${object.metadata.getLabel('app.kubernetes.io/component')}-${object.kind.toLowerCase()}`;
