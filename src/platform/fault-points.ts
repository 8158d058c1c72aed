/**
 * Places where work can be cut in two, by name: the fault suite (test/faults) stops a process there, ends it, or breaks what it
 * is connected to.
 */
export type FaultPoint =
  | 'upload.received'
  | 'upload.stored'
  | 'upload.accepted'
  | 'relay.confirmed'
  | 'load.begun'
  | 'load.copying'
  | 'load.copied'
  | 'load.settled'
  | 'load.committed'
  | 'purge.removed'
  | 'run.started'
  | 'run.built';

/** What the suite sends over the channel to its child: stop at the next passage, or go on. */
export type FaultOrder = { arm: FaultPoint } | { disarm: FaultPoint } | { go: FaultPoint };
/** What the child says when it stands at a point. */
export type FaultNotice = { reached: FaultPoint; file?: string };

class FaultPoints {
  readonly #armed = new Set<FaultPoint>();
  readonly #standing = new Map<FaultPoint, () => void>();

  constructor() {
    process.on('message', (order: FaultOrder) => {
      if ('arm' in order) this.#armed.add(order.arm);
      else if ('disarm' in order) this.#armed.delete(order.disarm);
      else this.#standing.get(order.go)?.();
    });
  }

  /** Waits at the point, with this file in hand, if the suite has asked for it, once. */
  async reach(point: FaultPoint, file?: string): Promise<void> {
    if (!this.#armed.delete(point)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#standing.set(point, resolve);
    process.send!({ reached: point, ...(file && { file }) } satisfies FaultNotice);
    await promise;
    this.#standing.delete(point);
  }
}

/** Undefined, and so at no cost, in every process that the suite has not started. */
export const faults =
  process.env.WAYMARK_FAULT_POINTS === 'on' && process.send ? new FaultPoints() : undefined;
