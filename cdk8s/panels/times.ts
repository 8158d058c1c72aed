import { heatmap, timeseries } from '../grafana.ts';
import { FEEDS, here, medianAnd95th } from './series.ts';

export const times = [
  timeseries({
    title: 'Load time',
    unit: 's',
    description:
      'Time from the start of a load to its commit, for half and for 95 % of the files of the chosen window. If it grows with files of the same size, Postgres is slow or locked.',
    queries: medianAnd95th('waymark_ledger_load_duration_seconds'),
    width: 8,
  }),
  timeseries({
    title: 'Upload to loaded',
    unit: 's',
    description:
      'Time from accepting a file to the commit of its rows, for files of the chosen window. Much more than the load time means waiting: for the relay, in the queue, or for consumers to start.',
    queries: medianAnd95th('waymark_ledger_upload_to_load_duration_seconds'),
    width: 8,
  }),
  timeseries({
    title: 'Upload to marts',
    unit: 's',
    description:
      'Time from accepting a file to the end of the first run that brought it into the marts: end to end. It holds the wait for quiet (stabilizationSeconds, at most maxDelaySeconds) and dbt itself; shorten what is larger.',
    queries: medianAnd95th('waymark_ledger_upload_to_mart_duration_seconds'),
    width: 8,
  }),
  heatmap({
    title: 'Load times of all files',
    unit: 's',
    counted: 'files',
    description:
      'How many files took how long to load. A second band above the first shows a kind of file that is slow: see Files per second by way of loading.',
    query: `sum by (le) (max by (client, file_type, le) (increase(${here('waymark_ledger_load_duration_seconds_bucket', FEEDS)}[$__rate_interval])))`,
    width: 12,
  }),
  timeseries({
    title: 'Longest wait now',
    unit: 's',
    description:
      'How long ago the oldest file that is not settled was accepted. A straight climb means that this file is stuck: GET /files?state=received and state=loading show it.',
    queries: [[`max(${here('waymark_oldest_waiting_file_age_seconds')})`, 'oldest file']],
    width: 12,
  }),
];
