import { type Dashboard, datasourceVariable, intervalVariable, labelVariable, layOut } from './grafana.ts';
import { outboxAndApi } from './panels/api.ts';
import { consumers } from './panels/consumers.ts';
import { feeds } from './panels/feeds.ts';
import { filesAndQueue } from './panels/files.ts';
import { now } from './panels/now.ts';
import { processes } from './panels/processes.ts';
import { runs } from './panels/runs.ts';
import { here } from './panels/series.ts';
import { throughput } from './panels/throughput.ts';
import { times } from './panels/times.ts';

/** The Grafana dashboard "Waymark pipeline". */
export const dashboard: Dashboard = {
  uid: 'waymark-pipeline',
  title: 'Waymark pipeline',
  description: 'From upload to marts: how much, how fast, what waits, and what went wrong.',
  tags: ['waymark', 'pipeline'],
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '10s',
  time: { from: 'now-1h', to: 'now' },
  timezone: 'browser',
  templating: {
    list: [
      datasourceVariable,
      labelVariable('namespace', 'Namespace', 'label_values(waymark_files, namespace)', { multi: false }),
      labelVariable(
        'client',
        'Client',
        `label_values(${here('waymark_ledger_files_accepted_total')}, client)`,
        {
          multi: true,
        },
      ),
      labelVariable(
        'file_type',
        'File type',
        `label_values(${here('waymark_ledger_files_accepted_total')}, file_type)`,
        { multi: true },
      ),
      intervalVariable('window', 'Window of times', ['5m', '15m', '1h', '6h', '1d'], '15m'),
    ],
  },
  annotations: { list: [] },
  links: [],
  panels: layOut([
    { title: 'Now', panels: now },
    { title: 'Throughput', panels: throughput },
    { title: 'Times', panels: times },
    { title: 'What clients send', panels: feeds },
    { title: 'Files, queue and consumers', panels: filesAndQueue },
    { title: 'What each consumer does', panels: consumers },
    { title: 'Outbox and API', panels: outboxAndApi },
    { title: 'Runs', panels: runs },
    { title: 'Processors and memory', panels: processes },
  ]),
};

/** The dashboard as Grafana imports it, and the name of its file. */
export const DASHBOARD_FILE = 'waymark-pipeline.json';
export const dashboardJson = `${JSON.stringify(dashboard, null, 1)}\n`;

/** What a person would choose in Grafana. */
export interface Choice {
  namespace: string;
  /** At least two scrapes long: `1m`. */
  rateInterval: string;
  /** Over how long times are taken together; an hour where it is not said. */
  window?: string;
}

/** Every expression of the dashboard with its variables filled in, as Prometheus takes it. */
export function expressions(shown: Dashboard, choice: Choice): { panel: string; expr: string }[] {
  const values: Record<string, string> = {
    namespace: choice.namespace,
    client: '.+',
    file_type: '.+',
    window: choice.window ?? '1h',
    __rate_interval: choice.rateInterval,
  };
  const filled = (expr: string) =>
    expr.replaceAll(/\$(\w+)/g, (written, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`nothing is known to stand for ${written}`);
      return value;
    });
  return shown.panels.flatMap((panel) =>
    panel.type === 'row' ? [] : panel.targets.map(({ expr }) => ({ panel: panel.title, expr: filled(expr) })),
  );
}
