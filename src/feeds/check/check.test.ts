import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../usage.ts';
import { type CheckOptions, checkCommand } from './check.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

const DESCRIPTION = `
client: client_x
feeds:
  claims:
    delivery: incremental
    key: [claim_id]
    columns:
      claim_id: { from: No., required: true }
      claim_status: { from: Status, values: { paid: [bezahlt] } }
      service_start_date: { from: Day, formats: [D.M.YYYY] }
      charge_amount: { from: Betrag, decimal: comma, required: true }
      diagnosis_code_1: dx
`;
const HEADER = 'No.;Status;Day;Betrag;dx\n';

describe('waymark feeds check', () => {
  let folder: string;
  let printed = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waymark-check-'));
    await writeFile(join(folder, 'client_x.yaml'), DESCRIPTION);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    printed = '';
    vi.restoreAllMocks();
  });

  async function check(content: string, options: Partial<CheckOptions> = {}, name = NAME): Promise<number> {
    vi.spyOn(console, 'log').mockImplementation((text: string) => {
      printed += `${text}\n`;
    });
    const path = join(folder, name);
    await writeFile(path, content);
    return checkCommand(
      [path],
      { rows: 0, feed: join(folder, 'client_x.yaml'), ...options },
      { feedsDir: folder, dbtDir: join(PROJECT, 'dbt'), maxWorkbookBytes: 1024 ** 3 },
    );
  }
  const NAME = 'Patient-claim-client_x-202307.csv';
  /** A row of a printed table that begins so: its cells. */
  const row = (first: string, second?: string) =>
    printed
      .split('\n')
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .find((cells) => cells[1] === first && (second === undefined || cells[2] === second))
      ?.slice(1, -1);

  it('shows rows before and after', async () => {
    expect(await check(`${HEADER}1;bezahlt;4.7.2023;1.234,50;e11.9\n`, { rows: 1 })).toBe(0);
    expect(printed).toContain("client_x's claims of 2023-07\n1 row would be loaded, 0 records rejected\n");
    expect(printed).toContain('header: all 5 columns are described\n');
    expect(printed).toContain('no value is flagged');
    expect(row('claim_status')).toEqual(['claim_status', 'Status', 'bezahlt', 'paid', '']);
    expect(row('service_start_date')).toEqual(['service_start_date', 'Day', '4.7.2023', '2023-07-04', '']);
    expect(row('charge_amount')).toEqual(['charge_amount', 'Betrag', '1.234,50', '1234.50', '']);
    expect(row('diagnosis_code_1')).toEqual(['diagnosis_code_1', 'dx', 'e11.9', 'E119', '']);
  });

  it('counts what is flagged and rejected, by row numbers only', async () => {
    const lines = ['1;bezahlt;31.6.2023;1,00;', '2;bezahlt;1.6.2023;SECRET;', 'odd', '3;odd;32.7.2023;1,00;'];
    expect(await check(`${HEADER}${lines.join('\n')}\n`)).toBe(0);
    expect(printed).toContain('3 rows would be loaded, 1 record rejected');
    expect(row('too_few_fields')).toEqual(['too_few_fields', '1', '3']);
    expect(row('service_start_date')).toEqual(['service_start_date', 'invalid_date', '2', '66.7%', '1, 4']);
    expect(row('charge_amount')).toEqual(['charge_amount', 'invalid_amount', '1', '33.3%', '2']);
    expect(row('claim_status')).toEqual(['claim_status', 'unknown_claim_status', '1', '33.3%', '4']);
    expect(printed).not.toContain('SECRET');
  });

  it('keeps control characters of a file from the terminal', async () => {
    await check(`${HEADER}1;a\u001b[2Jb;4.7.2023;1,00;\n`, { rows: 1 });
    expect(row('claim_status', 'Status')?.[2]).toBe('a␣[2Jb');
  });

  it('tells columns that are missing or new, and rows without a key', async () => {
    expect(await check('No.;Betrag;Status;Day;Neu\n;1,00;bezahlt;;x\n')).toBe(0);
    expect(printed).toContain(
      'header: optional columns missing: dx; columns that the feed does not describe: neu',
    );
    expect(printed).toContain('1 row without a key');
  });

  it.each([
    ['required columns are missing', 'No.;Status\n1;bezahlt\n', 'missing_columns'],
    ['it has no rows', HEADER, 'no_rows'],
    ['no row can be read', `${HEADER}odd\nodd\n`, 'all_rows_rejected'],
    ['it is no table', '%PDF-1.7', 'not_a_table'],
  ])('ends with 1 where a file would be refused: %s', async (_, content, code) => {
    expect(await check(content)).toBe(1);
    expect(printed).toContain(`would be refused (${code})`);
  });

  it('takes what a name does not tell from its options', async () => {
    expect(await check(`${HEADER}1;;;1,00;\n`, { fileType: 'claims', period: '202307' }, 'export.csv')).toBe(
      0,
    );
    expect(printed).toContain("client_x's claims of 2023-07");
  });

  it.each([
    ['a file type', 'x.csv', {}, /--type/],
    ['a period', 'x.csv', { fileType: 'claims' as const }, /--period/],
    ['a client that is described', NAME, { client: 'client_y' }, /no feed describes/],
    ['a description that is there', NAME, { feed: '/none.yaml' }, /no such file/],
  ])('asks for %s', async (_, name, options, message) => {
    const checking = check(`${HEADER}1;;;1,00;\n`, options, name);
    await expect(checking).rejects.toThrow(UsageError);
    await expect(checking).rejects.toThrow(message);
  });
});
