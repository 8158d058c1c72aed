import { KubeConfig } from '@kubernetes/client-node';
import { readConfig } from '../platform/config.ts';
import { listen, probesOnly } from '../platform/http.ts';
import { live } from '../platform/lifecycle.ts';
import { createRegistry } from '../platform/metrics.ts';
import { Cluster } from './cluster.ts';
import { OperatorMetrics } from './metrics.ts';
import { Reconciler } from './reconcile.ts';
import { Watching } from './watching.ts';
import { WorkQueue } from './work-queue.ts';

/** The operator: looks after the Transformations of one namespace. */
export const operator = () =>
  live('operator', async ({ log, onStop }) => {
    const config = readConfig(process.env, 'operator', 'metrics');
    const kubeConfig = new KubeConfig();
    if (process.env.KUBERNETES_SERVICE_HOST) kubeConfig.loadFromCluster();
    else kubeConfig.loadFromDefault();
    const cluster = new Cluster(kubeConfig, config.WATCH_NAMESPACE);
    const registry = createRegistry('operator');
    const queue = new WorkQueue({
      work: (name) => metrics.timed(() => reconciler.reconcile(name)),
      onError(name, error, retryMs) {
        metrics.reconciled('error');
        log.warn({ err: error, name, retry_ms: retryMs }, 'a Transformation could not be looked after');
      },
    });
    const metrics = new OperatorMetrics(registry, () => queue.waiting);
    const watching = new Watching({
      kubeConfig,
      cluster,
      selector: config.TRANSFORMATION_SELECTOR,
      onChange: (name) => queue.add(name),
      metrics,
      log,
    });
    const reconciler = new Reconciler({
      cluster,
      jobsOf: (transformation) => watching.jobsOf(transformation),
      selects: (name) => watching.selects(name),
      metrics,
      log,
    });
    const server = await listen(
      probesOnly(registry, {
        cluster: async () => {
          if (!watching.synced) throw new Error('the informers are not running');
        },
      }),
      { host: config.METRICS_HOST, port: config.METRICS_PORT },
    );
    onStop(() => server.close());
    onStop(() => reconciler.close());
    onStop(() => queue.stop());
    watching.start();
    onStop(() => watching.stop());
  });
