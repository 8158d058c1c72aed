import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { DBT_PYTHON } from './src/dev/paths.ts';

export default defineConfig({
  test: {
    include: ['{src,bench,cdk8s,samples,images,dbt,test}/**/*.test.ts', 'bin/**/*.test.js'],
    // What needs a cluster, or helm, has configurations of its own.
    exclude: ['**/node_modules/**', 'test/{chart,cluster,e2e}/**'],
    globalSetup: ['test/setup/global.ts'],
    env: { DBT_PYTHON },
    pool: 'forks',
    // Every test file shares the machine with Postgres, RabbitMQ and at times dbt.
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
