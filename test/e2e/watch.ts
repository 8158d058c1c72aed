import { setTimeout as delay } from 'node:timers/promises';
import type { Namespace } from './kube.ts';

/** How many consumers there were, and since when. */
export interface Step {
  /** Seconds since the watch began. */
  at: number;
  wanted: number;
  ready: number;
}

export interface ReplicaWatch {
  steps: Step[];
  /** Most consumers that were ready at once, from that step on. */
  most(fromStep?: number): number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 500;

/** Notes every change of a Deployment's replicas, and says it. */
export function watchReplicas(namespace: Namespace, deployment: string): ReplicaWatch {
  const steps: Step[] = [];
  const started = Date.now();
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const { spec, status } = await namespace.get('deployment', deployment);
      const step = {
        at: Math.round((Date.now() - started) / 1000),
        wanted: spec.replicas ?? 1,
        ready: status.readyReplicas ?? 0,
      };
      const last = steps.at(-1);
      if (last?.wanted !== step.wanted || last?.ready !== step.ready) {
        steps.push(step);
        console.log(
          `  ${String(step.at).padStart(4)} s  consumers wanted ${step.wanted}, ready ${step.ready}`,
        );
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  watching.catch(() => {}); // Told by `stop`.
  return {
    steps,
    most: (fromStep = 0) => Math.max(0, ...steps.slice(fromStep).map((step) => step.ready)),
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
