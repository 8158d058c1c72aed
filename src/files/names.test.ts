import { describe, expect, test } from 'vitest';
import { foldClient, foldColumn, foldFileType, foldPeriod, parseFileName } from './names.ts';

describe('names from outside', () => {
  test.each([
    ['clientA', 'client_a'],
    ['client_a', 'client_a'],
    ['Client-A', 'client_a'],
    ['CLIENT_A', 'client_a'],
  ])('client %s is %s', (outside, inside) => expect(foldClient(outside)).toBe(inside));

  test.each([
    ['membership', 'patient_registration'],
    ['Patient_Registration', 'patient_registration'],
    ['claim', 'claims'],
    ['CLAIMS', 'claims'],
    ['constructor', undefined],
    ['pharmacy', undefined],
  ])('file type %s is %s', (outside, inside) => expect(foldFileType(outside)).toBe(inside));

  test.each([
    ['202307', '2023-07'],
    ['2023-07', '2023-07'],
    ['202313', undefined],
    ['202300', undefined],
    ['2023', undefined],
    ['July', undefined],
  ])('period %s is %s', (outside, inside) => expect(foldPeriod(outside)).toBe(inside));

  test('a file name says client, file type and period', () => {
    expect(parseFileName('Patient-claim-clientA-202307.xls')).toEqual(
      parseFileName('Patient-claim-clientA-202307.xlsx'),
    );
    expect(parseFileName('Patient-claim-clientA-202307.xlsx')).toEqual({
      client: 'client_a',
      file_type: 'claims',
      period: '2023-07',
    });
    expect(parseFileName('Patient-membership-client-b-202313.csv')).toEqual({
      client: 'client_b',
      file_type: 'patient_registration',
    });
    expect(parseFileName('claims.csv')).toBeUndefined();
  });
});

describe('column names', () => {
  test.each([
    ['member id', 'member_id'],
    ['  Member   ID ', 'member_id'],
    ['Age_In_Mths_No', 'age_in_mths_no'],
    ['_file_id', 'file_id'],
    ['"; drop table x', 'drop_table_x'],
    ['#', 'column_7'],
    ['', 'column_7'],
    ['ctid', 'ctid_column'],
    ['Größe (cm)', 'größe_cm'],
  ])('%j is %s', (header, name) => expect(foldColumn(header, 7)).toBe(name));

  test('a long name is cut to 63 bytes and stays its own', () => {
    const one = foldColumn(`${'ä'.repeat(60)} one`, 1);
    const two = foldColumn(`${'ä'.repeat(60)} two`, 2);
    expect(Buffer.byteLength(one)).toBeLessThanOrEqual(63);
    expect(one).toMatch(/^ä+_[0-9a-f]{8}$/);
    expect(one).not.toBe(two);
  });
});
