import { ApiObject, App, Chart } from 'cdk8s';
import type { Leaf } from './leaf.ts';
import { Api } from './parts/api.ts';
import { conditionsOf, When } from './parts/construct.ts';
import { Consumer } from './parts/consumer.ts';
import { Docs } from './parts/docs.ts';
import { Monitoring } from './parts/monitoring.ts';
import { Operator } from './parts/operator.ts';
import { Postgres } from './parts/postgres.ts';
import { Rabbitmq } from './parts/rabbitmq.ts';
import { SampleData } from './parts/sample-data.ts';
import { Storage } from './parts/storage.ts';
import { ownClaim } from './parts/stored-files.ts';
import { Transformation } from './parts/transformation.ts';
import type { Release } from './release.ts';

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
  new Storage(new When(chart, 'own-claim', ownClaim(release)), release);
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
