/** The one reason for which everything is brought to its end. */
export interface Ending {
  /** Aborted when it is time to stop. */
  signal: AbortSignal;
  /** Stops because of an error: the exit code will be 1. */
  fail(error: Error): void;
  /** The error that made it stop, if one did. */
  readonly failure: Error | undefined;
  /** The signal that made it stop, if one did. */
  readonly stoppedBy: NodeJS.Signals | undefined;
  /** Stops listening to signals. */
  dispose(): void;
}

/**
 * Ctrl-C comes to the whole foreground group, and npm and the wrapper pass on what they got: one Ctrl-C, several signals.
 * Only a signal that comes later than this, in milliseconds, is a person who does not want to wait.
 */
const SAME_WISH_MS = 1_000;

/** Listens for what may end the program: signals, the death of the wrapper, failures. */
export function awaitEnding(onImpatience: () => void): Ending {
  const stop = new AbortController();
  let failure: Error | undefined;
  let stoppedBy: NodeJS.Signals | undefined;
  let first: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (first !== undefined && performance.now() - first > SAME_WISH_MS) return onImpatience();
    first ??= performance.now();
    stoppedBy ??= signal;
    stop.abort();
  };
  const fail = (error: Error) => {
    failure ??= error;
    stop.abort();
  };
  const onDisconnect = () => onSignal('SIGHUP');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  process.on('disconnect', onDisconnect);
  // Whatever happens here, what was started is stopped in order.
  process.on('uncaughtException', fail);
  return {
    signal: stop.signal,
    fail,
    get failure() {
      return failure;
    },
    get stoppedBy() {
      return stoppedBy;
    },
    dispose() {
      for (const signal of signals) process.off(signal, onSignal);
      process.off('disconnect', onDisconnect);
      process.off('uncaughtException', fail);
      if (process.connected) process.disconnect();
    },
  };
}
