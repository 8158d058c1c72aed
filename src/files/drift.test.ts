import { describe, expect, test } from 'vitest';
import { compareFiles, type FileFacts } from './drift.ts';

const file = (columns: string, more: Partial<FileFacts> = {}): FileFacts => ({
  id: 'now',
  columns: columns.split(' '),
  added: [],
  null_shares: null,
  ...more,
});
const nulls = (rows: number, of: Record<string, number>) => ({ null_shares: { rows, of } });

test('the first file of a feed is compared with none', () => {
  expect(compareFiles(file('id', nulls(100, { id: 1 })), undefined)).toEqual({
    compared_with: null,
    appeared: [],
    vanished: [],
    renamed: [],
    mostly_null: [],
  });
});

test('a column that differs is in one list', () => {
  const before = file('id phone city fax', { id: 'before', added: ['fax'] });
  const now = file('id phone_number city plan', { added: ['phone_number', 'plan'] });
  expect(compareFiles(now, before)).toEqual({
    compared_with: 'before',
    appeared: ['plan'],
    vanished: ['fax'],
    renamed: [{ column: 'phone_number', likely_from: 'phone', because: ['name', 'position'] }],
    mostly_null: [],
  });
});

test('one column of the feed is not another one of it', () => {
  const now = file('id phone_number city');
  expect(compareFiles(now, file('id phone city'))).toMatchObject({
    appeared: ['phone_number'],
    vanished: ['phone'],
    renamed: [],
  });
});

describe('a column has become mostly null', () => {
  test.each<[string, number, number, number | undefined, boolean]>([
    ['where nine of ten are null that were half filled', 100, 0.9, 0.5, true],
    ['where all are null that were filled', 10, 1, 0, true],
    ['not where a few more are filled', 100, 0.89, 0, false],
    ['not where it was hardly filled before', 100, 1, 0.51, false],
    ['not where the file before had no such column', 100, 1, undefined, false],
    ['not in a handful of rows', 9, 1, 0, false],
  ])('%s', (_, rows, share, share_before, became) => {
    const now = file('id email', nulls(rows, { id: 0, email: share }));
    const before = file(
      'id',
      nulls(100, { id: 0, ...(share_before === undefined ? {} : { email: share_before }) }),
    );
    expect(compareFiles(now, before).mostly_null).toEqual(
      became ? [{ column: 'email', share, share_before }] : [],
    );
  });

  test('not where the file before was a handful of rows, or was not measured', () => {
    const now = file('email', nulls(100, { email: 1 }));
    expect(compareFiles(now, file('email', nulls(9, { email: 0 }))).mostly_null).toEqual([]);
    expect(compareFiles(now, file('email')).mostly_null).toEqual([]);
    expect(compareFiles(file('email'), file('email', nulls(100, { email: 0 }))).mostly_null).toEqual([]);
  });
});
