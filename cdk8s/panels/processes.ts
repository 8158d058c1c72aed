import { timeseries } from '../grafana.ts';
import { here, rate } from './series.ts';

export const processes = [
  timeseries({
    title: 'Processors',
    unit: 'short',
    description:
      'Processors in use by all processes of a role; 1 is one core. A consumer that loads workbooks may use all it gets: if it is at its limit, raise it or add consumers.',
    queries: [[`sum by (role) (${rate(here('waymark_process_cpu_seconds_total'))})`, '{{role}}']],
    width: 6,
    stacked: true,
  }),
  timeseries({
    title: 'Memory',
    unit: 'bytes',
    description:
      'Memory of the largest process of each role. It should be flat however large the files are; near its limit the pod is killed, so raise the limit or lower the prefetch.',
    queries: [[`max by (role) (${here('waymark_process_resident_memory_bytes')})`, '{{role}}']],
    width: 6,
  }),
  timeseries({
    title: 'Event loop delay',
    unit: 's',
    description:
      'How late the busiest process of each role gets to its work (99 % of the time less). Above some tenths of a second it is starved of processor time: probes may time out.',
    queries: [[`max by (role) (${here('waymark_nodejs_eventloop_lag_p99_seconds')})`, '{{role}}']],
    width: 6,
  }),
  timeseries({
    title: 'Processes',
    unit: 'short',
    description:
      'Processes that Prometheus reaches, by role. One that is missing is down, or its ServiceMonitor does not select it.',
    queries: [[`count by (role) (${here('waymark_process_start_time_seconds')})`, '{{role}}']],
    width: 6,
    stacked: true,
  }),
];
