import { expect, test } from 'vitest';
import { z } from 'zod';
import { leavesOf, section, ValuesError, value } from './value.ts';
import { valuesSchema, valuesTable, valuesYaml } from './values-files.ts';

const tree = {
  level: value(z.enum(['info', 'debug']), 'info', 'How much is said.'),
  api: section('The API.', {
    replicas: value(z.int().min(1), 1, 'Pods.'),
    labels: value(z.record(z.string(), z.string()), {}, 'Labels | of pods.'),
  }),
};

test('what a values file does not say is the default', () => {
  const leaves = leavesOf(tree, { api: { replicas: 3 } });
  expect(leaves.api.replicas).toMatchObject({ plain: 3, expression: '.Values.api.replicas' });
  expect(leaves.level).toMatchObject({ plain: 'info', expression: '.Values.level' });
});

test('a map is laid over its default, and null takes an entry of it away', () => {
  const labelled = { labels: value(z.record(z.string(), z.unknown()), { a: { b: '1', c: '2' } }, 'Labels.') };
  const given = (labels: unknown) => leavesOf(labelled, { labels }).labels.plain;
  expect(given({ a: { b: '3' }, d: '4' })).toEqual({ a: { b: '3', c: '2' }, d: '4' });
  expect(given({ a: null })).toEqual({});
});

test('every unknown or wrong value is named', () => {
  const wrong = () => leavesOf(tree, { level: 'loud', api: { replicas: 0, replica: 1 }, docs: {} });
  expect(wrong).toThrow(ValuesError);
  expect(wrong).toThrow(
    /docs: there is no such value[\s\S]*level: [\s\S]*api\.replica: there[\s\S]*api\.replicas: /,
  );
});

test('values.yaml has a comment on every value', () => {
  expect(valuesYaml(tree)).toBe(
    `# How much is said.
level: info

# The API.
api:
  # Pods.
  replicas: 1
  # Labels | of pods.
  labels: {}
`,
  );
});

test('the schema allows nothing that is not described, and wants all that is', () => {
  expect(JSON.parse(valuesSchema(tree))).toMatchObject({
    additionalProperties: false,
    required: ['level', 'api'],
    properties: {
      level: { type: 'string', enum: ['info', 'debug'], default: 'info', description: 'How much is said.' },
      api: {
        additionalProperties: false,
        properties: { replicas: { type: 'integer', minimum: 1, default: 1 } },
      },
    },
  });
});

test('the table has a row for each value', () => {
  expect(valuesTable(tree)).toContain('| `api.labels` | Labels \\| of pods. | `{}` |');
});
