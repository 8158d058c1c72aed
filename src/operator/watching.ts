import type { KubeConfig, V1Job } from '@kubernetes/client-node';
import type { Log } from '../platform/log.ts';
import type { Cluster } from './cluster.ts';
import { KeptInformer } from './informer.ts';
import type { OperatorMetrics } from './metrics.ts';
import { GROUP, KIND, PLURAL, TRANSFORMATION_LABEL, type Transformation, VERSION } from './transformation.ts';

export interface WatchingOptions {
  kubeConfig: KubeConfig;
  cluster: Cluster;
  /** Label selector of the Transformations. */
  selector: string;
  /** Is given the name of a Transformation that there is reason to look at now. */
  onChange: (name: string) => void;
  metrics: OperatorMetrics;
  log: Log;
}

/** Watches the Transformations and their Jobs. An event is only a reason to look sooner. */
export class Watching {
  readonly #transformations: KeptInformer<Transformation>;
  readonly #jobs: KeptInformer<V1Job>;
  readonly #namespace: string;

  constructor({ kubeConfig, cluster, selector, onChange, metrics, log }: WatchingOptions) {
    const { namespace } = cluster;
    this.#namespace = namespace;
    const restarted = (resource: 'transformations' | 'jobs') => (error: unknown) => {
      metrics.informerRestarted(resource);
      log.warn({ err: error, resource }, 'the informer stopped and is started anew');
    };
    const generations = new Map<string, number>();
    const changed = ({ metadata }: Transformation) => {
      // A status that the operator wrote itself is no reason to look again: it leaves the generation as it is.
      const known = generations.get(metadata.uid) === metadata.generation;
      generations.set(metadata.uid, metadata.generation);
      if (!known || metadata.deletionTimestamp) onChange(metadata.name);
    };
    this.#transformations = new KeptInformer<Transformation>({
      kubeConfig,
      path: `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/${PLURAL}`,
      labelSelector: selector,
      list: () => cluster.transformations(selector),
      onAdd: changed,
      onUpdate: changed,
      onDelete: ({ metadata }) => {
        generations.delete(metadata.uid);
        onChange(metadata.name);
      },
      onRestart: restarted('transformations'),
    });
    const ownerChanged = (job: V1Job) => {
      const owner = job.metadata?.ownerReferences?.find(({ kind }) => kind === KIND)?.name;
      if (owner && this.selects(owner)) onChange(owner);
    };
    this.#jobs = new KeptInformer<V1Job>({
      kubeConfig,
      path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
      labelSelector: TRANSFORMATION_LABEL,
      list: () => cluster.jobs(),
      onAdd: ownerChanged,
      onUpdate: ownerChanged,
      onDelete: ownerChanged,
      onRestart: restarted('jobs'),
    });
  }

  get synced(): boolean {
    return this.#transformations.synced && this.#jobs.synced;
  }

  selects(name: string): boolean {
    return this.#transformations.get(name, this.#namespace) !== undefined;
  }

  jobsOf({ metadata }: Transformation): V1Job[] {
    return this.#jobs
      .list()
      .filter((job) => job.metadata?.ownerReferences?.some(({ uid }) => uid === metadata.uid));
  }

  start(): void {
    this.#transformations.start();
    this.#jobs.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#transformations.stop(), this.#jobs.stop()]);
  }
}
