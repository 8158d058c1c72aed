import { describe, expect, test } from 'vitest';
import { checkHeader } from './columns.ts';
import { FeedError, Feeds, parseFeeds, readFeeds } from './feeds.ts';

const DESIGN = {
  'client_a patient_registration': [
    'snapshot',
    'member id, member first name, member middle name, member last name, gender, date of birth, address, city, state, zip, phone number, membership end date, ethnicity',
  ],
  'client_a claims': [
    'incremental',
    'claim category, member id, claim number, date received, vendor, hospital service, coding system, code, primary diagnosis, total billed, processing status',
  ],
  'client_b patient_registration': [
    'snapshot',
    'Elig_Dt, mem_id, Member_Fullname, Dob, Age_In_Mths_No, Gender, Member_Address, Member_Address_2, Member_City, Member_State, Member_Zip, Member_Phone',
  ],
  'client_b claims': [
    'incremental',
    'claim_category, memb_id, claim_number, received_date, hospital_service, code_system, code, diagnosis_type, cost_total, status',
  ],
  'client_c patient_registration': [
    'incremental',
    'subscriber_id, person_cd, last_nm, first_nm, mi, sex_cd, birth_dt, race_cd, addr1, addr2, city_nm, st_cd, zip_cd, phone, email, eff_dt, term_dt, plan_cd, lob, pcp_npi',
  ],
  'client_c claims': [
    'incremental',
    'clm_id, clm_ln, orig_clm_id, rec_type, clm_type, mbr_id, svc_from, svc_to, paid_dt, bill_npi, rend_npi, fac_npi, pos, bill_type, rev_cd, hcpcs, mod1, dx1, dx2, dx3, ndc, units, billed, allowed, paid, copay, coins, ded, status',
  ],
};

const feeds = await readFeeds(new URL('../../feeds', import.meta.url).pathname);

describe('the feeds of the clients', () => {
  test.each(Object.entries(DESIGN))('%s', (name, [delivery, columns]) => {
    const feed = feeds.all.find((one) => `${one.client} ${one.file_type}` === name)!;
    expect(feed.delivery).toBe(delivery);
    expect(feed.columns.map((column) => column.header).sort()).toEqual(columns!.split(', ').sort());
  });

  test('their own headers fit, and no other feed’s', () => {
    for (const feed of feeds.all)
      for (const other of feeds.all) {
        const cells = feed.columns.map((column, i) => ({ text: column.header, position: i + 1 }));
        const verdict = checkHeader(cells, other, feeds);
        expect(verdict.fits, `${feed.client} ${feed.file_type} as ${other.client} ${other.file_type}`).toBe(
          feed === other,
        );
        if (!verdict.fits) expect(verdict.message).toContain(`looks like ${feed.client}'s ${feed.file_type}`);
      }
  });
});

const good = `client: x
feeds:
  claims:
    delivery: incremental
    key: [claim_id]
    columns:
      claim_id: { from: id, required: true }
      claim_category: note
      charge_amount: billed
`;

describe('a description', () => {
  test('is read', () => {
    expect(parseFeeds(good, 'x.yaml')).toEqual([
      {
        client: 'x',
        file_type: 'claims',
        delivery: 'incremental',
        expected: undefined,
        formats: ['csv', 'xlsx'],
        encoding: undefined,
        delimiter: undefined,
        sheet: undefined,
        key: ['claim_id'],
        columns: [
          { header: 'id', name: 'id', required: true },
          { header: 'note', name: 'note', required: false },
          { header: 'billed', name: 'billed', required: false },
        ],
        mappings: [
          { name: 'claim_id', kind: 'id', from: ['id'] },
          { name: 'claim_category', kind: 'text', from: ['note'] },
          { name: 'charge_amount', kind: 'amount', from: ['billed'] },
        ],
      },
    ]);
    expect(new Feeds(parseFeeds(good, 'x.yaml')).clients).toEqual(['x']);
  });

  test('says how a file is written and when it should come', () => {
    const settings = `expected: monthly by day 10
    format: [csv]
    encoding: ISO-8859-1
    delimiter: ';'
    sheet: Members
    key:`;
    expect(parseFeeds(good.replace('key:', settings), 'x.yaml')[0]).toMatchObject({
      expected: { every: 'month', byDay: 10 },
      formats: ['csv'],
      encoding: 'ISO-8859-1',
      delimiter: ';',
      sheet: 'Members',
    });
  });

  test.each([
    [
      'of several columns',
      '{ join: [Part One, part-two], with: "-", needs: all, required: true }',
      { from: ['part_one', 'part_two'], with: '-', all: true },
      ['Part One', 'part-two'],
    ],
    [
      'only where another column says so',
      '{ from: code, when: { "Coding System": [CPT-4, hcpcs] } }',
      { from: ['code'], when: ['coding_system', ['cpt4', 'hcpcs']] },
      [],
    ],
    [
      'of the first that has a value',
      '{ first_of: [{ from: a }, { join: [b, c] }], required: true }',
      { first_of: [{ from: ['a'] }, { from: ['b', 'c'], with: '' }] },
      ['a'],
    ],
    ['the same for every row', '{ value: 7 }', { value: '7' }, []],
    [
      'of words with a meaning',
      '{ from: note, values: { Vision: [V, eye, 2] } }',
      { from: ['note'], values: { v: 'Vision', eye: 'Vision', '2': 'Vision' } },
      [],
    ],
  ])('a column %s', (_, column, mapping, required) => {
    const [feed] = parseFeeds(good.replace('claim_category: note', `claim_category: ${column}`), 'x.yaml');
    expect(feed!.mappings[1]).toEqual({ name: 'claim_category', kind: 'text', ...mapping });
    expect(feed!.columns.filter((each) => each.required).map((each) => each.header)).toEqual([
      'id',
      ...required,
    ]);
  });

  test('a day in a format of its own, of a month, or open', () => {
    const text = good.replace(
      'claim_category: note',
      `paid_date: { from: Paid, formats: [D.M.YYYY], day: last, open_end: [blank, 99991231, Offen] }`,
    );
    expect(parseFeeds(text, 'x.yaml')[0]!.mappings[1]).toEqual({
      name: 'paid_date',
      kind: 'date',
      from: ['paid'],
      formats: ['D.M.YYYY'],
      day: 'last',
      open_end: ['99991231', 'offen'],
      open_blank: true,
    });
  });

  test('a whole name in its parts', () => {
    const text = `client: x
feeds:
  patient_registration:
    delivery: snapshot
    key: [member_id]
    columns:
      member_id: { from: id, required: true }
      last_name: { from: name, part: last_name }
    unused: { remark: free text }
`;
    const [feed] = parseFeeds(text, 'x.yaml');
    expect(feed!.mappings[1]).toEqual({ name: 'last_name', kind: 'name', from: ['name'], part: 'last_name' });
    expect(feed!.columns.map((each) => each.header)).toEqual(['id', 'name', 'remark']);
  });

  const category = (column: string) => good.replace('claim_category: note', `claim_category: ${column}`);
  test.each([
    [
      'the client of the unit tests',
      good.replace('client: x', 'client: example'),
      /^x\.yaml:1:9: client: example is the client of dbt's unit tests/,
    ],
    [
      'an unknown column',
      good.replace('claim_category', 'category'),
      /^x\.yaml:\d+:\d+: feeds\.claims\.columns.*category/,
    ],
    [
      'an unknown option',
      category('{ form: note }'),
      /^x\.yaml:8:\d+: feeds\.claims\.columns\.claim_category.*form/,
    ],
    [
      'an option of a wrong type',
      category('{ from: note, required: 3 }'),
      /^x\.yaml:8:\d+: .*claim_category\.required/,
    ],
    ['no origin', category('{ required: true }'), /^x\.yaml:8:\d+: .*claim_category: needs exactly one/],
    [
      'two origins',
      category('{ from: note, value: x }'),
      /^x\.yaml:8:\d+: .*claim_category: needs exactly one/,
    ],
    [
      'formats of a text',
      category('{ from: note, formats: [YYYYMMDD] }'),
      /^x\.yaml:8:\d+: .*formats: only for dates/,
    ],
    ['a format nobody knows', category('{ from: note, formats: [DDMMYY] }'), /^x\.yaml:8:\d+: .*formats/],
    [
      'a part of no name',
      category('{ from: note, part: last_name }'),
      /^x\.yaml:8:\d+: .*part: only for names/,
    ],
    ['a day of no date', category('{ from: note, day: last }'), /^x\.yaml:8:\d+: .*day: only for dates/],
    [
      'a comma in a text',
      category('{ from: note, decimal: comma }'),
      /^x\.yaml:8:\d+: .*decimal: only for amounts/,
    ],
    ['with but no join', category('{ from: note, with: x }'), /^x\.yaml:8:\d+: .*with: only together/],
    [
      'two conditions',
      category('{ from: note, when: { a: [x], b: [y] } }'),
      /^x\.yaml:8:\d+: .*when: one column/,
    ],
    [
      'words of their own for a known list',
      good.replace('claim_category: note', 'claim_type: { from: note, values: { office: [O] } }'),
      /^x\.yaml:8:\d+: .*values\.office: must be one of professional/,
    ],
    [
      'zeros that YAML would drop',
      category('{ from: note, values: { x: [02] } }'),
      /^x\.yaml:8:\d+: 02 would lose its zeros: write '02'/,
    ],
    [
      'no billed amount',
      good.replace('charge_amount', 'paid_amount'),
      /^x\.yaml:\d+:\d+: .*charge_amount is missing/,
    ],
    [
      'an amount of two columns',
      good.replace('charge_amount: billed', 'charge_amount: { join: [a, b] }'),
      /^x\.yaml:9:\d+: .*charge_amount: must be one column/,
    ],
    ['a wrong delivery', good.replace('incremental', 'daily'), /^x\.yaml:4:\d+: feeds\.claims\.delivery/],
    [
      'a wrong expectation',
      good.replace('key:', 'expected: weekly\n    key:'),
      /^x\.yaml:5:\d+: .*monthly by day N/,
    ],
    ['an unknown file type', good.replace('claims:', 'pharmacy:'), /^x\.yaml:\d+:\d+: feeds.*pharmacy/],
    [
      'an unknown setting',
      good.replace('delivery:', 'dlivery: x\n    delivery:'),
      /^x\.yaml:\d+:\d+: feeds\.claims.*dlivery/,
    ],
    ['a key that is no column', good.replace('[claim_id]', '[idd]'), /^x\.yaml:5:\d+: feeds\.claims\.key/],
    [
      'a key that is optional',
      good.replace('[claim_id]', '[claim_id, claim_category]'),
      /^x\.yaml:5:\d+: .*key claim_category is not one/,
    ],
    [
      'a key without the identity',
      good
        .replace('[claim_id]', '[charge_amount]')
        .replace('charge_amount: billed', 'charge_amount: { from: billed, required: true }'),
      /^x\.yaml:5:\d+: .*has to contain claim_id/,
    ],
    [
      'two spellings of one column',
      good.replace(': billed', ': ID'),
      /^x\.yaml:9:\d+: two columns become id/,
    ],
    [
      'an encoding that is not known',
      good.replace('    key:', '    encoding: EBCDIC\n    key:'),
      /^x\.yaml:5:\d+: feeds\.claims\.encoding: must be one of utf-8/,
    ],
    ['broken YAML', good.replace('[claim_id]', '[id'), /^x\.yaml:\d+:\d+:/],
    ['a client in another spelling', good.replace('client: x', 'client: X'), /^x\.yaml:1:\d+: client/],
  ])('with %s is refused with its place', (_, text, message) => {
    expect(() => parseFeeds(text, 'x.yaml')).toThrow(FeedError);
    expect(() => parseFeeds(text, 'x.yaml')).toThrow(message);
  });
});
