import { timeseries } from '../grafana.ts';
import { BY_FEED, FEEDS, here } from './series.ts';

export const feeds = [
  timeseries({
    title: 'Columns that differ',
    unit: 'short',
    description:
      "Columns of each feed's latest file that are not as in the file before: appeared, vanished, renamed (likely), or mostly null. Anything above 0: GET /files/{id} names them; ask the client, or mend feeds/{client}.yaml.",
    queries: [
      [
        `max by (client, file_type, kind) (${here('waymark_feed_drift_columns', FEEDS, 'kind!~"added|missing"')})`,
        `${BY_FEED} {{kind}}`,
      ],
    ],
    width: 8,
  }),
  timeseries({
    title: 'Columns not as described',
    unit: 'short',
    description:
      "Columns of each feed's latest file that its description lacks (added), and optional ones that the file lacks (missing). Steady is fine; a step means that the client changed something: GET /files/{id} names them.",
    queries: [
      [
        `max by (client, file_type, kind) (${here('waymark_feed_drift_columns', FEEDS, 'kind=~"added|missing"')})`,
        `${BY_FEED} {{kind}}`,
      ],
    ],
    width: 8,
  }),
  timeseries({
    title: 'Late periods',
    unit: 'short',
    description:
      'Months of each feed whose file should be here by now, of the last 24. GET /feeds names them; ask the client for them, or mend what is expected in feeds/{client}.yaml.',
    queries: [[`max by (client, file_type) (${here('waymark_feed_late_periods', FEEDS)})`, BY_FEED]],
    width: 8,
  }),
];
