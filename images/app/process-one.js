// For process 1 of a container a signal has no default action: what handles none, such as `migrate` while it waits for its
// database, would only end when it is killed. A role that handles the signal itself is left to do so.
import { constants } from 'node:os';

for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });
