import { defineConfig } from 'vitest/config';

/** The chart on a real cluster: the current context of kubectl, with KEDA, the Prometheus operator and the images there. */
export default defineConfig({
  test: {
    root: new URL('../../', import.meta.url).pathname,
    include: ['test/e2e/**/*.test.ts'],
    // What was seen is told while it is seen.
    disableConsoleIntercept: true,
    // Each test begins where the one before it ended.
    bail: 1,
    hookTimeout: 240_000,
  },
});
