import { z } from 'zod';
import { section, value } from './value.ts';
import { roles } from './values/roles.ts';
import { runs } from './values/runs.ts';
import { servers } from './values/servers.ts';
import { anyList, flag, image, map } from './values/shapes.ts';

/** Every value of the chart. `values.yaml`, its schema and the table of the chart's README are made of this. */
export const values = {
  image: image('waymark', '', 'The image of every role: API, consumer, operator, docs.'),
  imagePullSecrets: value(anyList, [], 'Secrets with which images are pulled, as `[{name: …}]`.'),
  nodeSelector: value(map, {}, 'Labels that a node must have for any pod of the release.'),
  tolerations: value(anyList, [], 'Taints that the pods tolerate.'),
  logLevel: value(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'info',
    'How much the roles write to their logs. Never patient data, at any level.',
  ),

  ...roles,
  ...runs,
  ...servers,

  metrics: section('What Prometheus sees.', {
    serviceMonitor: section('For the Prometheus operator.', {
      enabled: value(flag, false, 'Whether there are ServiceMonitors. They need the Prometheus operator.'),
      interval: value(z.string().regex(/^[0-9]+(ms|s|m|h)$/), '15s', 'How often each role is asked.'),
      labels: value(
        map,
        {},
        'Labels that your Prometheus selects by, such as `release: kube-prometheus-stack`.',
      ),
    }),
  }),

  dashboard: section('The Grafana dashboard "Waymark pipeline".', {
    enabled: value(flag, true, 'Whether there is a ConfigMap with it.'),
    labels: value(map, { grafana_dashboard: '1' }, "Labels that Grafana's sidecar looks for."),
    annotations: value(map, {}, 'Annotations, such as `grafana_folder: Waymark`.'),
  }),

  sampleData: section('Invented files, to see it work.', {
    enabled: value(flag, false, 'Whether a Job sends both sample sets after each install and upgrade.'),
  }),
};
