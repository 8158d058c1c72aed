import { Gauge, type Registry } from 'prom-client';
import type { Pool } from '../platform/database.ts';
import { FILE_STATES } from './ledger.ts';

/** Files of the ledger by state, counted when Prometheus asks. */
export function countFiles(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'waymark_files',
    help: 'Files in the ledger, by state.',
    labelNames: ['state'] as const,
    registers: [registry],
    async collect() {
      const { rows } = await pool.query<{ state: string; count: number }>(
        'select state, count(*) as count from ingest.file group by state',
      );
      for (const state of FILE_STATES)
        this.set({ state }, rows.find((row) => row.state === state)?.count ?? 0);
    },
  });
}

/** Messages that the relay has not brought to the broker yet, counted when Prometheus asks. */
export function countOutbox(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'waymark_outbox_unsent_messages',
    help: 'Messages in the outbox that the broker has not confirmed yet.',
    registers: [registry],
    async collect() {
      const { rows } = await pool.query<{ count: number }>('select count(*) as count from ingest.outbox');
      this.set(rows[0]!.count);
    },
  });
}
