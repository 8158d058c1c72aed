import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Router from '@koa/router';
import { describe, expect, test } from 'vitest';
import { measured } from '../src/api/metrics.ts';
import { ConsumerMetrics } from '../src/consumer/metrics.ts';
import { countFeeds } from '../src/files/feed-metrics.ts';
import { countLedger, countWaiting } from '../src/files/metrics.ts';
import type { Pool } from '../src/platform/database.ts';
import { createRegistry } from '../src/platform/metrics.ts';
import { countRuns, TransformMetrics } from '../src/transform/metrics.ts';
import { dashboard, expressions } from './dashboard.ts';
import { GRID_COLUMNS, type Panel } from './grafana.ts';

const panels = dashboard.panels.filter((panel): panel is Panel => panel.type !== 'row');
const filled = expressions(dashboard, { namespace: 'waymark', rateInterval: '1m' });

/** Names of all series that a role tells. */
function seriesNames(): Set<string> {
  const registry = createRegistry('any');
  const unasked = {} as Pool;
  countLedger(registry, unasked, []);
  countFeeds(registry, unasked, []);
  countWaiting(registry, unasked);
  countRuns(registry, unasked);
  measured(registry, new Router());
  new ConsumerMetrics(registry, [], 1);
  new TransformMetrics(registry);
  return new Set(
    registry
      .getMetricsAsArray()
      .flatMap(({ name, type }) =>
        String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
      ),
  );
}

describe('the dashboard "Waymark pipeline"', () => {
  test('has a name and an address, and lets people choose data source and namespace', () => {
    expect(dashboard).toMatchObject({ uid: 'waymark-pipeline', title: 'Waymark pipeline' });
    expect(dashboard.templating.list).toMatchObject([
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      { name: 'namespace', type: 'query', definition: 'label_values(waymark_files, namespace)' },
      { name: 'client', multi: true, includeAll: true },
      { name: 'file_type', multi: true, includeAll: true },
      { name: 'window', type: 'interval' },
    ]);
  });

  test('is JSON that comes back as it was', () => {
    expect(JSON.parse(JSON.stringify(dashboard))).toEqual(dashboard);
  });

  test.each(panels)('$title has unit, description, data source and expressions', (panel) => {
    expect(panel.fieldConfig.defaults.unit).not.toBe('');
    expect(panel.description).toMatch(/^\S.{20,}[.]$/s);
    expect(panel.datasource).toEqual({ type: 'prometheus', uid: '$' + '{datasource}' });
    expect(panel.targets.length).toBeGreaterThan(0);
    for (const target of panel.targets) {
      expect(target.datasource).toEqual(panel.datasource);
      expect(target.legendFormat).not.toBe('');
      const series = [...target.expr.matchAll(/\bwaymark_\w+(\{[^}]*\})?/g)];
      expect(series.length).toBeGreaterThan(0);
      for (const [, labels] of series) expect(labels).toContain('namespace="$namespace"');
    }
  });

  test('ids and titles are unique', () => {
    const { length } = dashboard.panels;
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(length);
    expect(new Set(dashboard.panels.map((panel) => panel.title)).size).toBe(length);
  });

  test('panels stay within the grid and off each other', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(GRID_COLUMNS);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), title).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  test('asks only for series that a role tells', () => {
    const known = seriesNames();
    const asked = new Set(filled.flatMap(({ expr }) => expr.match(/\bwaymark_\w+/g) ?? []));
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the expressions with their variables filled in', () => {
  test('are those of every panel, and no variable is left', () => {
    expect(new Set(filled.map(({ panel }) => panel))).toEqual(new Set(panels.map(({ title }) => title)));
    expect(filled.filter(({ expr }) => expr.includes('$'))).toEqual([]);
    expect(filled.find(({ panel }) => panel === 'Rows per second')!.expr).toBe(
      'sum by (client, file_type) (max by (client, file_type) (rate(waymark_ledger_rows_loaded_total{namespace="waymark",client=~".+",file_type=~".+"}[1m])))',
    );
  });

  test('are taken by Prometheus', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waymark-test-'));
    try {
      const rules = filled.map(({ expr }, i) => ({ record: `panel:${i}`, expr }));
      // JSON is YAML.
      writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      const said = execFileSync('promtool', ['check', 'rules', join(folder, 'rules.yaml')], {
        encoding: 'utf8',
      });
      expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a variable that nobody knows is an error, not an expression that finds nothing', () => {
    const [panel] = panels;
    const unknown = { ...panel!, targets: [{ ...panel!.targets[0]!, expr: 'up{pod="$pod"}' }] };
    expect(() =>
      expressions({ ...dashboard, panels: [unknown] }, { namespace: 'waymark', rateInterval: '1m' }),
    ).toThrow('$pod');
  });
});
