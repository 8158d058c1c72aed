import { table, timeseries } from '../grafana.ts';
import { BY_FEED, ledgerRate, ledgerTotal } from './series.ts';

export const throughput = [
  timeseries({
    title: 'Files per second',
    unit: 'suffix: files/s',
    description:
      'Files loaded per second by client and file type. If it is flat while files wait, add consumers, or see whether they are busy.',
    queries: [
      [
        ledgerRate('waymark_ledger_files_loaded_total', 'client, file_type', 'client, file_type, load_path'),
        BY_FEED,
      ],
    ],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Rows per second',
    unit: 'si:rows/s',
    description:
      'Rows loaded per second by client and file type. A file counts when it is committed, so one large file is one spike.',
    queries: [[ledgerRate('waymark_ledger_rows_loaded_total', 'client, file_type'), BY_FEED]],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Bytes per second',
    unit: 'Bps',
    description:
      'Bytes of files loaded per second by client and file type. If it falls as consumers are added, Postgres is the limit: look at its disk and processors.',
    queries: [[ledgerRate('waymark_ledger_bytes_loaded_total', 'client, file_type'), BY_FEED]],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Rejected rows per second',
    unit: 'si:rows/s',
    description:
      "Records of loaded files that could not be parsed. Each is kept with its reason: GET /files/{id}/rejected-rows. A rise with one client's files means that its format changed.",
    queries: [[ledgerRate('waymark_ledger_rows_rejected_total', 'client, file_type'), BY_FEED]],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Files per second by way of loading',
    unit: 'suffix: files/s',
    description:
      'copy: bytes pass straight into Postgres, the fast way. records: a CSV that has to be parsed record by record, several times slower. workbook: XLSX. If a CSV client moves from copy to records, look at its quotes, line ends and encoding.',
    queries: [
      [
        ledgerRate('waymark_ledger_files_loaded_total', 'load_path', 'client, file_type, load_path'),
        '{{load_path}}',
      ],
    ],
    width: 8,
    stacked: true,
  }),
  table({
    title: 'Loaded by feed',
    unit: 'short',
    description:
      'All that every client has brought since the beginning. A feed with many rejected rows, or with files accepted and none loaded, needs a look.',
    queries: [
      [ledgerTotal('waymark_ledger_files_accepted_total'), 'accepted'],
      [
        `sum by (client, file_type) (${ledgerTotal('waymark_ledger_files_loaded_total', 'client, file_type, load_path')})`,
        'loaded',
      ],
      [ledgerTotal('waymark_ledger_rows_loaded_total'), 'rows'],
      [ledgerTotal('waymark_ledger_rows_rejected_total'), 'rejected rows'],
      [ledgerTotal('waymark_ledger_bytes_loaded_total'), 'bytes'],
    ],
    columnUnits: { bytes: 'bytes' },
    width: 8,
  }),
];
