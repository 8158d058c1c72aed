import { expect, test } from 'vitest';
import { older } from './install.ts';

test.each([
  ['14', '15', true],
  ['15+248', '15', false],
  ['18.1', '15', false],
  ['3.9.27', '3.10', true],
  ['3.10.8', '3.10', false],
  ['4.0', '3.10', false],
  ['3', '3.10', true],
])('version %s is older than %s: %s', (version, than, expected) => {
  expect(older(version, than)).toBe(expected);
});
