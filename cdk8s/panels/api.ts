import { timeseries } from '../grafana.ts';
import { BY_FEED, here, ledgerRate, rate } from './series.ts';

/** Requests for something that is there. */
const ROUTES = 'route!="none"';

export const outboxAndApi = [
  timeseries({
    title: 'Outbox',
    unit: 'short',
    description:
      'Messages that RabbitMQ has not confirmed yet. Uploads go on without the broker, and nothing is lost; if it does not empty, RabbitMQ is away or its queue was deleted.',
    queries: [[`max(${here('waymark_outbox_unsent_messages')})`, 'unsent']],
    width: 6,
  }),
  timeseries({
    title: 'Oldest message in the outbox',
    unit: 's',
    description:
      'How long the oldest unsent message has waited. More than a few seconds: see the log of the API for why RabbitMQ does not take it.',
    queries: [[`max(${here('waymark_outbox_oldest_message_age_seconds')})`, 'oldest']],
    width: 6,
  }),
  timeseries({
    title: 'Files accepted per second',
    unit: 'suffix: files/s',
    description:
      'Files that the API answered with 202, by client and file type. Compare with Files per second: what is accepted faster than loaded waits.',
    queries: [[ledgerRate('waymark_ledger_files_accepted_total', 'client, file_type'), BY_FEED]],
    width: 6,
    stacked: true,
  }),
  timeseries({
    title: 'Bytes accepted per second',
    unit: 'Bps',
    description:
      'Sizes of the accepted files by client and file type. Large deliveries need room in the storage.',
    queries: [[ledgerRate('waymark_ledger_bytes_accepted_total', 'client, file_type'), BY_FEED]],
    width: 6,
    stacked: true,
  }),
  timeseries({
    title: 'Requests per second by status',
    unit: 'reqps',
    description:
      'Answers of the API. 4xx: a client sends wrong files or a wrong token. 503 and 507: the database, or the room for files, is missing. Probes and unknown paths are left out.',
    queries: [[`sum by (status) (${rate(here('waymark_http_requests_total', ROUTES))})`, '{{status}}']],
    width: 12,
    stacked: true,
  }),
  timeseries({
    title: 'Answer time',
    unit: 's',
    description:
      'Time in which 95 % of the requests of the chosen window were answered, by route. Uploads take as long as the bytes need to come in; if the others are slow, look at Postgres.',
    queries: [
      [
        `histogram_quantile(0.95, sum by (method, route, le) (rate(${here('waymark_http_request_duration_seconds_bucket', ROUTES)}[$window]))) > 0`,
        '{{method}} {{route}}',
      ],
    ],
    width: 12,
  }),
];
