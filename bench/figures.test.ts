import { describe, expect, test } from 'vitest';
import { figuresOf, medianFigures, RATIOS, TARGETS } from './figures.ts';
import { alternate, median, type Run, type Way } from './load/measure.ts';

const run = (of: string, name: string, ms: number, more: Partial<Run> = {}): Run => ({
  case: of,
  name,
  commands: [`load ${of}`],
  rows: 1000,
  bytes: 2_000_000,
  ms,
  rss_mb: 100,
  load: 0,
  ...more,
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 9, 1, 2])).toBe(5.5);
  expect(median([100, 20, 3])).toBe(20);
});

describe('ratios', () => {
  test('are the other’s time over ours, each the median of its rounds', () => {
    const { ratios } = figuresOf([
      ...[3000, 9000, 3200].map((ms) => run('csv', 'psql', ms)),
      ...[4000, 3900, 8000].map((ms) => run('csv', 'waymark', ms)),
    ]);
    expect(ratios.csv_to_psql_copy).toBe(0.8);
  });

  test('of two files at once: twice the time of one over that of both', () => {
    expect(figuresOf([run('two_files', 'one', 3000), run('two_files', 'two', 4000)]).ratios.two_files).toBe(
      1.5,
    );
  });

  test('of a workbook: the CSV’s time over its own', () => {
    expect(figuresOf([run('xlsx', 'csv', 1600), run('xlsx', 'xlsx', 2000)]).ratios.xlsx_to_csv).toBe(0.8);
  });

  test('are left out where a peer was not measured, and not made up', () => {
    const { ratios, small_files_per_s } = figuresOf([run('csv', 'waymark', 4000)]);
    expect(ratios).toEqual({});
    expect(small_files_per_s).toBeNull();
  });

  test('have the names that others read', () => {
    expect(Object.keys(RATIOS)).toEqual(
      expect.arrayContaining([
        'csv_to_psql_copy',
        'csv_to_pandas',
        'xlsx_to_calamine',
        'xlsx_to_sheetjs',
        'xlsx_to_csv',
        'two_files',
        'large_to_psql_copy',
        'upload_to_plain_http',
      ]),
    );
    for (const name of Object.keys(TARGETS))
      expect([...Object.keys(RATIOS), 'small_files_per_s']).toContain(name);
  });
});

test('pace is rows and megabytes by the median’s second; memory is the most of any run', () => {
  const { medians } = figuresOf([
    run('csv', 'waymark', 1000, { rss_mb: 150 }),
    run('csv', 'waymark', 3000, { rss_mb: 120 }),
    run('csv', 'waymark', 2000, { rss_mb: null }),
  ]);
  expect(medians).toEqual([
    {
      ...{ case: 'csv', name: 'waymark', runs: 3, rows: 1000, bytes: 2_000_000 },
      ...{ seconds: 2, rows_per_s: 500, mb_per_s: 1, rss_mb: 150 },
    },
  ]);
});

test('small files are counted by the file', () => {
  expect(figuresOf([run('small_files', 'waymark', 5000, { rows: 400 })]).small_files_per_s).toBe(80);
});

test('peak memory is that of our own processes only, by case', () => {
  const { peak_rss_mb } = figuresOf([
    run('csv', 'waymark', 1, { rss_mb: 130 }),
    run('csv', 'polars', 1, { rss_mb: 1100 }),
    run('two_files', 'one', 1, { rss_mb: 131 }),
    run('two_files', 'two', 1, { rss_mb: 142 }),
    run('large', 'waymark', 1, { rss_mb: null }),
  ]);
  expect(peak_rss_mb).toEqual({ csv: 130, two_files: 142 });
});

test('of several whole runs: the median of each figure, of memory the most', () => {
  const whole = (psql: number, rss_mb: number) =>
    figuresOf([run('csv', 'psql', psql), run('csv', 'waymark', 1000, { rss_mb })]);
  const all = medianFigures([whole(900, 100), whole(2000, 180), whole(1000, 120)]);
  expect(all).toEqual({
    ratios: { csv_to_psql_copy: 1 },
    small_files_per_s: null,
    peak_rss_mb: { csv: 180 },
  });
});

describe('alternation', () => {
  const way = (name: string, more: Partial<Way> = {}): Way => ({
    name,
    rows: 1,
    bytes: 1,
    prepare: async () => [{ command: [process.execPath, '-e', 'console.log(1)'] }],
    check: async () => {},
    ...more,
  });

  test('each round goes the other way round than the one before; what is slow sits out', async () => {
    const told: string[] = [];
    await alternate({ name: 'case', ways: [way('a'), way('b', { rounds: 1 }), way('c')] }, 2, ({ name }) =>
      told.push(name),
    );
    expect(told).toEqual(['a', 'b', 'c', 'c', 'a']);
  });

  test('a run is its processes whole, with every command', async () => {
    const sleep = (ms: number) => ({ command: [process.execPath, '-e', `setTimeout(() => {}, ${ms})`] });
    const [both] = await alternate(
      { name: 'case', ways: [way('two', { prepare: async () => [sleep(1), sleep(400)] })] },
      1,
      () => {},
    );
    expect(both!.ms).toBeGreaterThanOrEqual(400);
    expect(both!.commands).toEqual([
      `${process.execPath} -e 'setTimeout(() => {}, 1)'`,
      `${process.execPath} -e 'setTimeout(() => {}, 400)'`,
    ]);
  });

  test('a process that fails, or leaves what it should not, is no figure', async () => {
    const fails = way('fails', {
      prepare: async () => [{ command: [process.execPath, '-e', 'process.exit(3)'] }],
    });
    const leaves = way('leaves', {
      check: async (output) => {
        if (output.trim() !== '2') throw new Error(`it read ${output.trim()} of 2 rows`);
      },
    });
    await expect(alternate({ name: 'case', ways: [fails] }, 1, () => {})).rejects.toThrow('ended with 3');
    await expect(alternate({ name: 'case', ways: [leaves] }, 1, () => {})).rejects.toThrow('1 of 2 rows');
  });
});
