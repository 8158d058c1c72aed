import { defineConfig } from 'vitest/config';

// What needs `helm` and `kubeconform`, which a laptop without a cluster may not have.
export default defineConfig({
  test: { include: ['test/chart/**/*.test.ts'], testTimeout: 60_000 },
});
