import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Feed, parseFeeds } from '../files/feeds.ts';
import { CANONICAL } from './canonical.ts';
import { normalizeDocs, sourceDocs, stagingDocs } from './model-docs.ts';
import { feedMacros, MARK, normalizeModel, sourcesOf, stagingModel } from './models.ts';

const DESCRIPTION = `
client: client_x
feeds:
  patient_registration:
    delivery: snapshot
    key: [member_id]
    columns:
      member_id: { join: [Contract, Person's No.], needs: all, required: true }
      sex: { from: Sex, values: { female: [W, 2, Groß], male: ['o\\b'] } }
      birth_date: { from: Born, formats: [D.M.YYYY] }
      enrollment_end_date: { from: Month, day: last, open_end: ['99.9999', blank] }
    unused: { 'Notes {{ 1/0 }}': free text }
  claims:
    delivery: incremental
    key: [claim_id]
    columns:
      claim_id: { from: No., required: true }
      charge_amount: { from: Betrag, decimal: comma, required: true }
      claim_type: { value: dental }
      hcpcs_code: { from: code, when: { Code System: [CPT-4, Ärztlich] } }
      diagnosis_code_1: { first_of: [{ from: dx }, { from: code, when: { Code System: [ICD-10] } }] }
`;

const feeds = parseFeeds(DESCRIPTION, 'client_x.yaml');
const [registration, claims] = feeds as [Feed, Feed];

describe('the staging model of a feed', () => {
  it('says where it comes from', () => {
    expect(stagingModel(claims)).toMatch(new RegExp(`^-- ${MARK} from feeds/client_x.yaml`));
  });

  it.each([
    ['names of the database', registration, `'from': ['contract', 'person_s_no'], 'with': '', 'all': true`],
    ['words in small letters', registration, `'values': {'2': 'female', 'w': 'female', 'groß': 'female'`],
    ['backslashes and quotes escaped', registration, `'o\\\\b': 'male'`],
    ['formats', registration, `'kind': 'birth_date', 'from': ['born'], 'formats': ['D.M.YYYY']`],
    [
      'an open end, by a word or blank',
      registration,
      `'day': 'last', 'open_end': ['99.9999'], 'open_blank': true`,
    ],
    ['a comma before the cents', claims, `'from': ['betrag'], 'decimal': 'comma'`],
    ['what is the same in every row', claims, `'kind': 'claim_type', 'value': 'dental'`],
    ['a condition, folded', claims, `'from': ['code'], 'when': ['code_system', ['cpt4', 'ärztlich']]`],
    [
      'alternatives',
      claims,
      `'first_of': [{'from': ['dx']}, {'from': ['code'], 'when': ['code_system', ['icd10']]}]`,
    ],
  ])('has %s', (_, feed, text) => {
    expect(stagingModel(feed)).toContain(text);
  });
});

describe('the normalize model of a feed', () => {
  it('lists what the staging model gives, in its order', () => {
    const names = [...normalizeModel(claims).matchAll(/^ {2}'(\w+)',$/gm)].map(([, name]) => name);
    expect(names).toEqual(claims.mappings.map(({ name }) => name));
  });
});

describe('the macros over all feeds', () => {
  const macros = feedMacros(feeds);

  it('tell each feed, and for claims what was billed', () => {
    expect(macros).toContain(
      `{'client': 'client_x', 'export': 'claims_client_x', 'charge': 'betrag', 'decimal': 'comma'}`,
    );
    expect(macros).toContain(`{'client': 'client_x', 'export': 'patient_registration_client_x'}`);
  });

  it('tell every canonical column', () => {
    for (const { name, kind } of [...CANONICAL.claims, ...CANONICAL.patient_registration])
      expect(macros).toContain(`{'name': '${name}', 'kind': '${kind}', 'type': `);
  });
});

describe('the sources of a mapping', () => {
  it.each([
    ['member_id', registration, ['contract', 'person_s_no']],
    ['hcpcs_code', claims, ['code', 'code_system']],
    ['diagnosis_code_1', claims, ['dx', 'code', 'code_system']],
    ['claim_type', claims, []],
  ])('%s', (name, feed, sources) => {
    expect(sourcesOf(feed.mappings.find((mapping) => mapping.name === name)!)).toEqual(sources);
  });
});

describe('the documentation of generated models', () => {
  interface Documented {
    name: string;
    columns: { name: string; description: string }[];
  }
  const described = ({ columns }: Documented, name: string) =>
    columns.find((column) => column.name === name)?.description;

  it('says of every column of a file what is made of it', () => {
    const [table] = parse(sourceDocs([registration])).sources[0].tables as [Documented];
    expect(described(table, 'person_s_no')).toBe("`Person's No.` as sent; `member_id` is made of it.");
  });

  it('is no Jinja where a client writes what looks like it', () => {
    const [table] = parse(sourceDocs([registration])).sources[0].tables as [Documented];
    expect(described(table, 'notes_1_0')).toBe("`Notes {{ '{{' }} 1/0 }}` as sent; nothing is made of it.");
  });

  it('says of every canonical column where it comes from', () => {
    const [model] = parse(stagingDocs([claims])).models as [Documented];
    expect(described(model, 'diagnosis_code_1')).toMatch(/from `dx`, `code`, `Code System`\.$/);
    expect(described(model, 'claim_type')).toMatch(/always `dental`\.$/);
  });

  it('has every canonical column, given or not', () => {
    const [model] = parse(normalizeDocs([claims])).models as [Documented];
    for (const { name } of CANONICAL.claims) expect(described(model, name)).toBeDefined();
    expect(described(model, 'ndc_code')).toMatch(/Always null: client_x does not send it\.$/);
  });
});
