import { expect, test } from 'vitest';
import { differingFigures, differingFile } from './compare.ts';
import type { Figures, SampleFile } from './manifest.ts';

const figures: Figures = {
  marts: { member: 2, flag: 0 },
  flags: { invalid_zip: 3 },
  excluded: {},
  by_client: {
    client_a: {
      eligibility: 1,
      member: 1,
      member_history: 1,
      enrollment_span: 1,
      inferred_starts: 0,
      member_month: 1,
      claim_line: 1,
      claims: 1,
      denied_claims: 0,
      charge_amount: '10.00',
      paid_amount: '5.00',
      excluded_charge_amount: '0.00',
      unmatched_claim: 0,
      unmatched_charge_amount: '0.00',
      unenrolled_claim: 0,
      unenrolled_charge_amount: '0.00',
      diagnosis: 1,
      utilization: 1,
    },
  },
  by_month: { client_a: { '2023-07': { member_months: 1, charge_amount: '10.00' } } },
};

test('equal figures do not differ, and a mart that is not expected is nobody`s mistake', () => {
  expect(differingFigures({ ...figures, marts: { ...figures.marts, later_mart: 7 } }, figures)).toEqual([]);
});

test('every figure that differs is named, also one that is missing or was not expected', () => {
  const { client_a } = figures.by_client;
  const actual: Figures = {
    marts: { flag: 1 },
    flags: { invalid_phone: 2 },
    excluded: {},
    by_client: { client_a: { ...client_a!, charge_amount: '9.99' } },
    by_month: { client_a: { '2023-08': { member_months: 1, charge_amount: '10.00' } } },
  };
  expect(differingFigures(actual, figures)).toEqual([
    'marts member: 0, expected 2',
    'marts flag: 1, expected 0',
    'flags invalid_zip: 0, expected 3',
    'flags invalid_phone: 2, expected 0',
    'by_client client_a charge_amount: 9.99, expected 10.00',
    'by_month client_a 2023-07 member_months: 0, expected 1',
    'by_month client_a 2023-07 charge_amount: 0, expected 10.00',
    'by_month client_a 2023-08 member_months: 1, expected 0',
    'by_month client_a 2023-08 charge_amount: 10.00, expected 0',
  ]);
});

test('a file differs by its state, its rows and its reasons', () => {
  const sample: SampleFile = {
    path: 'set-1/a.csv',
    client: 'client_a',
    file_type: 'claims',
    period: '2023-07',
    rows_loaded: 5,
    rows_rejected: 1,
    rejected: { stray_quote: 1 },
    final_state: 'loaded',
  };
  const file = { state: 'loaded', rows_loaded: 5, rows_rejected: 1, rejected: { stray_quote: 1 } };
  expect(differingFile(sample, file)).toEqual([]);
  expect(differingFile(sample, { ...file, state: 'superseded', rejected: { too_few_fields: 1 } })).toEqual([
    'set-1/a.csv state: superseded, expected loaded',
    'set-1/a.csv rejected stray_quote: 0, expected 1',
    'set-1/a.csv rejected too_few_fields: 1, expected 0',
  ]);
});
