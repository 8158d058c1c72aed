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

describe('the feeds of the three clients', () => {
  test.each(Object.entries(DESIGN))('%s', (name, [delivery, columns]) => {
    const feed = feeds.all.find((one) => `${one.client} ${one.file_type}` === name)!;
    expect(feed.delivery).toBe(delivery);
    expect(feed.columns.map((column) => column.header)).toEqual(columns!.split(', '));
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
    key: [id]
    columns:
      id: { type: id, required: true }
      note: { type: text }
`;

describe('a description', () => {
  test('is read', () => {
    expect(parseFeeds(good, 'x.yaml')).toEqual([
      {
        client: 'x',
        file_type: 'claims',
        delivery: 'incremental',
        key: ['id'],
        columns: [
          { header: 'id', name: 'id', type: 'id', required: true },
          { header: 'note', name: 'note', type: 'text', required: false },
        ],
      },
    ]);
    expect(new Feeds(parseFeeds(good, 'x.yaml')).clients).toEqual(['x']);
  });

  test.each([
    [
      'a wrong type',
      good.replace('type: text', 'type: string'),
      /^x\.yaml:8:\d+: feeds\.claims\.columns\.note\.type/,
    ],
    ['a wrong delivery', good.replace('incremental', 'daily'), /^x\.yaml:4:\d+: feeds\.claims\.delivery/],
    ['an unknown file type', good.replace('claims:', 'pharmacy:'), /^x\.yaml:3:\d+: feeds/],
    [
      'an unknown setting',
      good.replace('delivery:', 'dlivery: x\n    delivery:'),
      /^x\.yaml:\d+:\d+: feeds\.claims.*dlivery/,
    ],
    ['a key that is no column', good.replace('[id]', '[idd]'), /^x\.yaml:5:\d+: key idd/],
    ['a key that is optional', good.replace('[id]', '[note]'), /^x\.yaml:5:\d+: key note/],
    ['two columns of one name', good.replace('note:', 'ID:'), /^x\.yaml:8:\d+: two columns become id/],
    ['broken YAML', good.replace('[id]', '[id'), /^x\.yaml:\d+:\d+:/],
    ['a client in another spelling', good.replace('client: x', 'client: X'), /^x\.yaml:1:\d+: client/],
  ])('with %s is refused with its place', (_, text, message) => {
    expect(() => parseFeeds(text, 'x.yaml')).toThrow(FeedError);
    expect(() => parseFeeds(text, 'x.yaml')).toThrow(message);
  });
});
