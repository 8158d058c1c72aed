import { expect, test } from 'vitest';
import { transformationCrd } from './crd.ts';

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  'x-kubernetes-int-or-string'?: boolean;
}

const root: Schema = transformationCrd.spec.versions[0]!.schema.openAPIV3Schema;

/** Every schema in it, with its path as `kubectl explain` writes it. */
function* walk(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walk(child, `${path}.${name}`);
  if (schema.items) yield* walk(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* walk(schema.additionalProperties, `${path}{}`);
}

const fields = [...walk(root, 'transformation')].filter(([path]) => !/\.metadata\b/.test(path));

test('kubectl explain has a sentence for every field', () => {
  const silent = fields.filter(
    ([path, { description }]) => !/[[\]{}]$/.test(path) && !description?.endsWith('.'),
  );
  expect(silent.map(([path]) => path)).toEqual([]);
});

test('the schema is structural: every part has a type', () => {
  const untyped = fields.filter(([, schema]) => !schema.type && !schema['x-kubernetes-int-or-string']);
  expect(untyped.map(([path]) => path)).toEqual([]);
});

test('defaults are those of the design', () => {
  const { spec } = root.properties!;
  const defaults = (schema: Schema) =>
    Object.fromEntries(
      Object.entries(schema.properties!).flatMap(([name, field]) =>
        'default' in field ? [[name, field.default]] : [],
      ),
    );
  expect(defaults(spec!)).toEqual({
    drain: {},
    suspend: false,
    concurrencyPolicy: 'Forbid',
    successfulRunsHistoryLimit: 3,
    failedRunsHistoryLimit: 3,
    runRequest: '',
  });
  expect(defaults(spec!.properties!.drain!)).toEqual({
    stabilizationSeconds: 30,
    pollIntervalSeconds: 5,
    minIntervalSeconds: 0,
    maxDelaySeconds: 900,
  });
});
