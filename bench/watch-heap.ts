/** Imported into a process, says at its end how long it had a CPU and the most that its heap and its buffers had. */
import { isMainThread } from 'node:worker_threads';

const EVERY_MS = 5;
const most = { heap: 0, buffers: 0 };

if (isMainThread) {
  setInterval(look, EVERY_MS).unref();
  process.on('exit', () => {
    look();
    const { user, system } = process.cpuUsage();
    const [heap, buffers] = [most.heap, most.buffers].map((bytes) => Math.round(bytes / 1e6));
    console.log(`${((user + system) / 1e6).toFixed(2)} s of a CPU; heap ${heap} MB, buffers ${buffers} MB`);
  });
}

function look(): void {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  most.heap = Math.max(most.heap, heapUsed);
  most.buffers = Math.max(most.buffers, arrayBuffers);
}
