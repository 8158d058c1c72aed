import { setTimeout as delay } from 'node:timers/promises';
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

/** A watch that stays ended: the informer of the client begins a new one after `stop` if it was about to. */
class EndableWatch extends Watch {
  ended = false;

  override async watch(...args: Parameters<Watch['watch']>): Promise<AbortController> {
    if (this.ended) return new AbortController();
    const request = await super.watch(...args);
    if (this.ended) request.abort();
    return request;
  }
}

/**
 * An informer that is kept running. The one of the client ends at any error but 410 (a lost connection, a refused list),
 * so it is started again, with growing waits; and a list that comes back after `stop` must not bring it to life again.
 */
export class KeptInformer<T extends KubernetesObject> {
  readonly #watch: EndableWatch;
  readonly #informer: ListWatch<T>;
  readonly #options: KeptInformerOptions<T>;
  #stopped = false;
  #restart: NodeJS.Timeout | undefined;
  #restartMs = FIRST_RESTART_MS;
  #startedAt = 0;
  #listed = false;

  constructor(options: KeptInformerOptions<T>) {
    this.#options = options;
    this.#watch = new EndableWatch(options.kubeConfig);
    this.#informer = new ListWatch(
      options.path,
      this.#watch,
      async () => {
        const list = await options.list();
        // A rejected list ends the informer: after `stop` that is what is wanted.
        if (this.#stopped) throw new Error('the informer was stopped');
        return list;
      },
      false,
      options.labelSelector || undefined,
      undefined,
      // A wait for the next connection does not keep the process alive.
      { delayFn: (ms: number) => delay(ms, undefined, { ref: false }) },
    );
    this.#informer.on('add', options.onAdd);
    this.#informer.on('update', options.onUpdate);
    this.#informer.on('delete', options.onDelete);
    this.#informer.on('error', (error) => this.#failed(error));
  }

  /** Whether the objects were listed, and no failure since waits to be mended. */
  get synced(): boolean {
    return this.#listed && this.#restart === undefined;
  }

  get(name: string, namespace: string): T | undefined {
    return this.#informer.get(name, namespace);
  }

  list(): readonly T[] {
    return this.#informer.list();
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#informer.start().then(
      () => {
        this.#listed ||= this.#restart === undefined;
      },
      (error) => this.#failed(error),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.ended = true;
    clearTimeout(this.#restart);
    await this.#informer.stop();
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
