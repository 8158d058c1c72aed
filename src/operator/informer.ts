import type { KubernetesListObject, KubernetesObject } from '@kubernetes/client-node';
import { type KubeConfig, ListWatch, Watch } from '@kubernetes/client-node';

/** Waits before an informer is started anew, in milliseconds: doubled with each failure, up to the longest. */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** An informer that lived so long starts with the first wait again, in milliseconds. */
const HEALTHY_AFTER_MS = 60_000;

export interface KeptInformerOptions<T extends KubernetesObject> {
  kubeConfig: KubeConfig;
  path: string;
  labelSelector: string;
  list: () => Promise<KubernetesListObject<T>>;
  onAdd: (object: T) => void;
  onUpdate: (object: T) => void;
  onDelete: (object: T) => void;
  /** Is told why the informer stopped and is started anew. */
  onRestart: (error: unknown) => void;
}

/**
 * An informer that is kept running. The one of the client ends at any error but 410 (a lost connection, a refused list),
 * so it is started again, with growing waits; and a list that comes back after `stop` must not bring it to life again.
 */
export class KeptInformer<T extends KubernetesObject> {
  readonly #watch: ListWatch<T>;
  readonly #options: KeptInformerOptions<T>;
  #stopped = false;
  #restart: NodeJS.Timeout | undefined;
  #restartMs = FIRST_RESTART_MS;
  #startedAt = 0;
  #listed = false;

  constructor(options: KeptInformerOptions<T>) {
    this.#options = options;
    this.#watch = new ListWatch(
      options.path,
      new Watch(options.kubeConfig),
      async () => {
        const list = await options.list();
        // A rejected list ends the informer: after `stop` that is what is wanted.
        if (this.#stopped) throw new Error('the informer was stopped');
        return list;
      },
      false,
      options.labelSelector || undefined,
    );
    this.#watch.on('add', options.onAdd);
    this.#watch.on('update', options.onUpdate);
    this.#watch.on('delete', options.onDelete);
    this.#watch.on('error', (error) => this.#failed(error));
  }

  /** Whether the objects were listed, and no failure since waits to be mended. */
  get synced(): boolean {
    return this.#listed && this.#restart === undefined;
  }

  get(name: string, namespace: string): T | undefined {
    return this.#watch.get(name, namespace);
  }

  list(): readonly T[] {
    return this.#watch.list();
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#watch.start().then(
      () => {
        if (this.#stopped) void this.#watch.stop();
        else this.#listed ||= this.#restart === undefined;
      },
      (error) => this.#failed(error),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    await this.#watch.stop();
  }

  #failed(error: unknown): void {
    if (this.#stopped || this.#restart !== undefined) return;
    if (performance.now() - this.#startedAt > HEALTHY_AFTER_MS) this.#restartMs = FIRST_RESTART_MS;
    this.#options.onRestart(error);
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.start();
    }, this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
  }
}
