import { expect, test } from 'vitest';
import { figuresOf, medianFigures } from './figures.ts';
import type { Run } from './load/measure.ts';
import { casesBlock, putBlock } from './page.ts';
import type { Result } from './print.ts';

const run = (name: string, ms: number): Run => ({
  case: 'csv',
  ...{ name, ms, commands: [], rows: 1_000_000, bytes: 179_000_000, rss_mb: 140, load: ms / 1000 },
});

function result(...wholeRuns: Run[][]): Result {
  const each = wholeRuns.map(figuresOf);
  return {
    machine: {
      ...{ date: '2026-01-31', commit: 'abc1234', cores: 2, cpu: 'A CPU', memory_gb: 25 },
      ...{ system: 'linux x64', node: '24.0.0', postgres: '17.0' },
    },
    ...{ quick: false, rounds: 3, left_out: [], each },
    runs: wholeRuns.flat().map((one) => ({ run: 1, ...one })),
    ...medianFigures(each),
  };
}

test('what is measured takes the place of what was, and what is written by hand stays', () => {
  const page =
    'Before.\n<!-- measured: cases -->\nold\n<!-- /measured -->\nBetween.\n<!-- measured: growth -->\n<!-- /measured -->\n';
  expect(putBlock(page, 'cases', 'new')).toBe(
    page.replace('<!-- measured: cases -->\nold', '<!-- measured: cases -->\n\nnew\n'),
  );
  expect(putBlock(putBlock(page, 'growth', 'one'), 'growth', 'two')).toBe(putBlock(page, 'growth', 'two'));
  expect(() => putBlock('a page without a place', 'cases', 'new')).toThrow('no place for cases');
});

test('every whole run has a column, the median beside them, and the command and machine stand above', () => {
  const block = casesBlock(
    result(
      [run('psql', 3000), run('waymark', 3000)],
      [run('psql', 3300), run('waymark', 3000)],
      [run('psql', 2700), run('waymark', 3000)],
    ),
  );
  expect(block).toContain('`npm run bench -- --runs 3`: 2026-01-31, commit abc1234; 2 cores of A CPU');
  expect(block).toContain("load of the machine, the bench's own in it, 2.7 to 3.3.");
  expect(block).toContain('| `csv_to_psql_copy` | 1.00 | 1.10 | 0.90 | **1.00** | 0.9 |');
  expect(block).toContain('| `csv` | waymark | 3.00 | 333,333 | 59.7 | 140 |');
  expect(block).toContain('| `csv` | 140 | 200 |');
});

test('a peer that is missing is named', () => {
  const missing = { ...result([run('waymark', 3000)]), left_out: ['pandas', 'udsv'] };
  expect(casesBlock(missing)).toContain('left out: pandas, udsv.');
  expect(casesBlock(missing)).not.toContain('csv_to_psql_copy');
});
