import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTANTS, sourcesOf } from './mutants.ts';

test.each(MUTANTS)('what is put wrong still stands in the sources: $name', (mutant) => {
  const { source, remove } = sourcesOf(mutant);
  remove();
  expect(existsSync(source)).toBe(false);
});
