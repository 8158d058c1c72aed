import { timeseries } from '../grafana.ts';
import { here } from './series.ts';

function runQuantile(q: number): string {
  return `histogram_quantile(${q}, sum by (le) (rate(${here('waymark_run_duration_seconds_bucket')}[$window]))) > 0`;
}

export const runs = [
  timeseries({
    title: 'Last run',
    unit: 's',
    description:
      'How long the run that ended last took, by its outcome. If it grows faster than the data, see which models are slow in the dbt docs.',
    queries: [[`max by (outcome) (${here('waymark_ledger_last_run_duration_seconds')})`, '{{outcome}}']],
    width: 6,
  }),
  timeseries({
    title: 'Run duration',
    unit: 's',
    description:
      'How long dbt took, for half and for 95 % of the runs of the chosen window. As long as maxDelaySeconds or longer, runs follow one another without a pause.',
    queries: [
      [runQuantile(0.5), 'half'],
      [runQuantile(0.95), '95 %'],
    ],
    width: 6,
  }),
  timeseries({
    title: 'Runs ended',
    unit: 'short',
    description:
      'Runs that ended in the chosen window, by outcome. A failed run leaves the marts as they were; GET /runs names the models and tests that failed.',
    queries: [[`sum by (outcome) (increase(${here('waymark_runs_total')}[$window]))`, '{{outcome}}']],
    width: 6,
  }),
  timeseries({
    title: 'Runs under way',
    unit: 'short',
    description:
      'Runs that are asked for, and that are running; at most one of each. One that stays: look at its Job and at the log of the operator.',
    queries: [[`max by (state) (${here('waymark_ledger_runs', 'state=~"requested|running"')})`, '{{state}}']],
    width: 6,
  }),
  timeseries({
    title: 'Models of the last run',
    unit: 'short',
    description:
      'What became of the dbt models of the run that ended last. Skipped ones follow on a failed one.',
    queries: [[`max by (result) (${here('waymark_ledger_last_run_models')})`, '{{result}}']],
    width: 12,
    stacked: true,
  }),
  timeseries({
    title: 'Tests of the last run',
    unit: 'short',
    description:
      'What became of the dbt tests of the run that ended last. A failed test keeps the new marts from being published; a warning does not.',
    queries: [[`max by (result) (${here('waymark_ledger_last_run_tests')})`, '{{result}}']],
    width: 12,
    stacked: true,
  }),
];
