import { stat } from '../grafana.ts';
import { here, ledgerTotal } from './series.ts';

const files = (states: string) => `sum(max by (state) (${here('waymark_files', `state=~"${states}"`)}))`;

export const now = [
  stat({
    title: 'Files loaded',
    unit: 'short',
    description:
      'Files whose rows came into the database since the beginning, also those replaced or deleted since. If it stands still while files wait, look at Queue and Consumers.',
    queries: [
      [`sum(${ledgerTotal('waymark_ledger_files_loaded_total', 'client, file_type, load_path')})`, 'files'],
    ],
    width: 4,
  }),
  stat({
    title: 'Rows loaded',
    unit: 'short',
    description: 'Rows brought into the export schema since the beginning.',
    queries: [[`sum(${ledgerTotal('waymark_ledger_rows_loaded_total')})`, 'rows']],
    width: 4,
  }),
  stat({
    title: 'Bytes loaded',
    unit: 'bytes',
    description: 'Sizes of the loaded files as they were sent, since the beginning.',
    queries: [[`sum(${ledgerTotal('waymark_ledger_bytes_loaded_total')})`, 'bytes']],
    width: 4,
  }),
  stat({
    title: 'Files waiting',
    unit: 'short',
    description:
      'Accepted files that are not settled yet. It should come back to 0 after every delivery. If it does not, see whether consumers are at the queue and whether the outbox empties.',
    queries: [[files('received|loading'), 'files']],
    width: 4,
  }),
  stat({
    title: 'Files rejected or failed',
    unit: 'short',
    description:
      'Files that are wrong (rejected), or that we could not load (failed). GET /files?state=failed names them with the reason; mend it, then POST /files/{id}/retry, or ask the client for a right file.',
    queries: [[files('rejected|failed'), 'files']],
    width: 4,
    bad: 1,
  }),
  stat({
    title: 'Since the last good run',
    unit: 's',
    description:
      'Time since dbt last brought the marts up to date. Long is fine while no file comes in. If files are loaded and it grows, GET /runs says why runs fail or do not start.',
    queries: [[`time() - max(${here('waymark_run_last_success_timestamp_seconds')} > 0)`, 'seconds']],
    width: 4,
    noValue: 'no run yet',
  }),
];
