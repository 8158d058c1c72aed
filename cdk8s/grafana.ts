/** The little of Grafana's dashboard model that Waymark's dashboard needs, and functions that write it. */

/** Columns of Grafana's grid. */
export const GRID_COLUMNS = 24;

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

export interface Target {
  refId: string;
  expr: string;
  legendFormat: string;
  datasource: typeof DATASOURCE;
  format: 'time_series' | 'table' | 'heatmap';
  instant: boolean;
  range: boolean;
}

interface GridPosition {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface FieldConfig {
  defaults: { unit: string; [setting: string]: unknown };
  overrides: unknown[];
}

export interface Panel {
  id: number;
  type: 'stat' | 'timeseries' | 'table' | 'heatmap';
  title: string;
  description: string;
  datasource: typeof DATASOURCE;
  gridPos: GridPosition;
  targets: Target[];
  fieldConfig: FieldConfig;
  options: Record<string, unknown>;
  transformations: unknown[];
}

export interface RowPanel {
  id: number;
  type: 'row';
  title: string;
  collapsed: boolean;
  gridPos: GridPosition;
  panels: [];
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  schemaVersion: number;
  version: number;
  editable: boolean;
  graphTooltip: number;
  refresh: string;
  time: { from: string; to: string };
  timezone: string;
  templating: { list: unknown[] };
  annotations: { list: unknown[] };
  links: unknown[];
  panels: (Panel | RowPanel)[];
}

/** An expression, and the name of its lines: `{{label}}` stands for a label's value. */
export type Query = readonly [expr: string, legend: string];

interface Said {
  title: string;
  /** A Grafana unit: `s`, `bytes`, `si:rows/s` … */
  unit: string;
  /** What it says, and what to do where it looks bad. */
  description: string;
  queries: readonly Query[];
  /** Of the grid's columns. */
  width: number;
}

/** A panel that has no place yet. */
export type Draft = Omit<Panel, 'id' | 'gridPos'> & { size: { w: number; h: number } };

const STAT_HEIGHT = 4;
const GRAPH_HEIGHT = 8;

/** One figure: the latest. From `bad` upwards it is shown in red; without it colours say nothing. */
export function stat(said: Said & { bad?: number; decimals?: number; noValue?: string }): Draft {
  const good = { color: said.bad === undefined ? 'blue' : 'green', value: null };
  const steps = said.bad === undefined ? [good] : [good, { color: 'red', value: said.bad }];
  return {
    ...base(said, 'stat', STAT_HEIGHT, {
      decimals: said.decimals ?? 0,
      noValue: said.noValue ?? 'none',
      thresholds: { mode: 'absolute', steps },
      color: { mode: 'thresholds' },
    }),
    targets: targets(said.queries, 'time_series', true),
    options: {
      reduceOptions: { calcs: ['lastNotNull'] },
      colorMode: 'value',
      graphMode: 'none',
      textMode: 'value',
    },
  };
}

/** Lines over time, or areas on top of each other. */
export function timeseries(said: Said & { stacked?: boolean; max?: number }): Draft {
  const stacking = { mode: said.stacked ? 'normal' : 'none', group: 'A' };
  return {
    ...base(said, 'timeseries', GRAPH_HEIGHT, {
      min: 0,
      ...(said.max === undefined ? {} : { max: said.max }),
      custom: {
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: said.stacked ? 30 : 10,
        showPoints: 'never',
        spanNulls: false,
        stacking,
      },
    }),
    targets: targets(said.queries, 'time_series', false),
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** Buckets of a histogram over time: the darker, the more. */
export function heatmap(said: Omit<Said, 'queries'> & { query: string; counted: string }): Draft {
  return {
    ...base({ ...said, queries: [] }, 'heatmap', GRAPH_HEIGHT, {}),
    targets: targets([[said.query, '{{le}}']], 'heatmap', false),
    options: {
      calculate: false,
      yAxis: { unit: said.unit, axisPlacement: 'left' },
      rowsFrame: { layout: 'auto' },
      cellValues: { unit: `suffix: ${said.counted}`, decimals: 0 },
      color: { mode: 'scheme', scheme: 'Blues', steps: 32, reverse: false },
      filterValues: { le: 1e-9 },
      tooltip: { mode: 'single', yHistogram: false },
      legend: { show: true },
    },
  };
}

/** One row for every combination of labels, one column for every query. Columns may have units of their own. */
export function table(said: Said & { columnUnits?: Record<string, string> }): Draft {
  const queried = targets(said.queries, 'table', true);
  const renameByName = Object.fromEntries(
    queried.map(({ refId, legendFormat }) => [`Value #${refId}`, legendFormat]),
  );
  const overrides = Object.entries(said.columnUnits ?? {}).map(([column, unit]) => ({
    matcher: { id: 'byName', options: column },
    properties: [{ id: 'unit', value: unit }],
  }));
  const drafted = base(said, 'table', GRAPH_HEIGHT, { decimals: 0 });
  return {
    ...drafted,
    fieldConfig: { ...drafted.fieldConfig, overrides },
    targets: queried,
    transformations: [
      { id: 'merge', options: {} },
      { id: 'organize', options: { excludeByName: { Time: true }, renameByName } },
    ],
    options: { showHeader: true, cellHeight: 'sm' },
  };
}

function base(said: Said, type: Panel['type'], h: number, defaults: Record<string, unknown>): Draft {
  const { title, description, unit, width } = said;
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    size: { w: width, h },
    targets: [],
    fieldConfig: { defaults: { unit, ...defaults }, overrides: [] },
    options: {},
    transformations: [],
  };
}

function targets(queries: readonly Query[], format: Target['format'], instant: boolean): Target[] {
  return queries.map(([expr, legendFormat], i) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + i),
    expr,
    legendFormat,
    datasource: DATASOURCE,
    format,
    instant,
    range: !instant,
  }));
}

/** Gives panels their places: rows one below the other, the panels of each from left to right, then on a new line. */
export function layOut(rows: readonly { title: string; panels: readonly Draft[] }[]): (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const gridPos = { x: 0, y, w: GRID_COLUMNS, h: 1 };
    placed.push({ id: placed.length + 1, type: 'row', title, collapsed: false, gridPos, panels: [] });
    y += 1;
    let x = 0;
    let height = 0;
    for (const { size, ...panel } of panels) {
      if (x + size.w > GRID_COLUMNS) {
        x = 0;
        y += height;
        height = 0;
      }
      placed.push({ ...panel, id: placed.length + 1, gridPos: { x, y, ...size } });
      x += size.w;
      height = Math.max(height, size.h);
    }
    y += height;
  }
  return placed;
}

/** Where the figures come from: chosen among Grafana's Prometheus data sources. */
export const datasourceVariable = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  refresh: 1,
  regex: '',
  hide: 0,
  includeAll: false,
  multi: false,
  current: {},
};

/** A variable whose choices are a label's values. */
export function labelVariable(name: string, label: string, query: string, options: { multi: boolean }) {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: name, qryType: 1 },
    refresh: 2,
    sort: 1,
    regex: '',
    hide: 0,
    multi: options.multi,
    includeAll: options.multi,
    ...(options.multi
      ? { allValue: '.+', current: { text: 'All', value: '$__all', selected: true } }
      : { current: {} }),
  };
}

/** A variable that holds a length of time. */
export function intervalVariable(name: string, label: string, choices: readonly string[], chosen: string) {
  return {
    name,
    label,
    type: 'interval',
    query: choices.join(','),
    options: choices.map((choice) => ({ text: choice, value: choice, selected: choice === chosen })),
    current: { text: chosen, value: chosen, selected: true },
    auto: false,
    refresh: 2,
    hide: 0,
  };
}
