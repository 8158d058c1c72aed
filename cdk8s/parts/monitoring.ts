import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { DASHBOARD_FILE, dashboardJson } from '../dashboard.ts';
import { ServiceMonitor } from '../imports/monitoring.coreos.com.ts';
import { Leaf, overlay } from '../leaf.ts';
import type { Release } from '../release.ts';
import { asText, metadata, setMap, When } from './construct.ts';
import { selectorLabels } from './pod.ts';

const COMPONENT = 'monitoring';
const ROLES = { api: 'http', consumer: 'metrics', operator: 'metrics', docs: 'http' };

/** What Prometheus asks, and what Grafana shows. */
export class Monitoring extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { metrics, dashboard: shown } = release.values;
    const monitored = new When(this, 'service-monitors', metrics.serviceMonitor.enabled);
    for (const [role, port] of Object.entries(ROLES)) {
      const monitor = new ServiceMonitor(monitored, role, {
        metadata: metadata(release.named(role), role),
        spec: {
          selector: { matchLabels: selectorLabels(release, role) as unknown as Record<string, string> },
          endpoints: [
            { port, path: '/metrics', interval: metrics.serviceMonitor.interval as unknown as string },
          ],
        },
      });
      addLabels(release, monitor, role, metrics.serviceMonitor.labels);
    }
    const config = new kplus.ConfigMap(new When(this, 'dashboard', shown.enabled), 'config', {
      metadata: metadata(release.named('dashboard'), 'dashboard'),
      data: {
        [DASHBOARD_FILE]: asText(new Leaf(dashboardJson, `.Files.Get "dashboards/${DASHBOARD_FILE}"`)),
      },
    });
    const object = ApiObject.of(config);
    addLabels(release, object, 'dashboard', shown.labels);
    setMap(object, 'annotations', shown.annotations);
  }
}

function addLabels(
  release: Release,
  object: ApiObject,
  component: string,
  labels: Leaf<Record<string, string>>,
): void {
  setMap(object, 'labels', overlay(selectorLabels(release, component), labels));
}
