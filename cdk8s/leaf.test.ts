import { expect, test } from 'vitest';
import {
  both,
  choose,
  equals,
  Fork,
  HelmResolution,
  isEmpty,
  Leaf,
  literal,
  matches,
  not,
  Only,
  Optional,
  orElse,
  overlay,
  PlainResolution,
  text,
} from './leaf.ts';

const host = new Leaf('db', '.Values.host');
const port = new Leaf(5432, '.Values.port');
const own = new Leaf(false, '.Values.own');
const none = new Leaf('', '.Values.none');

test.each<[string, Leaf, unknown, string]>([
  ['a value', port, 5432, '{{ .Values.port | toJson }}'],
  [
    'text with leaves: a number is written without an exponent',
    text`${host}:${port}/100%`,
    'db:5432/100%',
    '{{ printf "%v:%v/100%%" (.Values.host) (int64 (.Values.port)) | toJson }}',
  ],
  [
    'the first of two, where it is not empty',
    orElse(host, literal('x')),
    'db',
    '{{ default ("x") (.Values.host) | toJson }}',
  ],
  [
    'the second, where the first is empty',
    orElse(none, host),
    'db',
    '{{ default (.Values.host) (.Values.none) | toJson }}',
  ],
  [
    'one of two by a condition',
    choose(own, host, literal('other')),
    'other',
    '{{ ternary (.Values.host) ("other") (.Values.own) | toJson }}',
  ],
  [
    'conditions joined',
    both(not(own), isEmpty(none)),
    true,
    '{{ and (not (.Values.own)) (empty (.Values.none)) | toJson }}',
  ],
  ['a pattern', matches(host, '^[a-z]+$'), true, '{{ regexMatch "^[a-z]+$" (.Values.host) | toJson }}'],
  ['a comparison', equals(host, 'db'), true, '{{ eq (.Values.host) "db" | toJson }}'],
  [
    'a map over another',
    overlay({ a: '1', b: host }, new Leaf({ b: '2' }, '.Values.labels')),
    { a: '1', b: '2' },
    '{{ mergeOverwrite (dict "a" ("1") "b" (.Values.host)) (.Values.labels) | toJson }}',
  ],
])('%s', (_, leaf, plain, template) => {
  expect(new PlainResolution().pick(leaf)).toEqual(plain);
  const helm = new HelmResolution();
  expect(helm.render(`field: ${helm.pick(leaf)}`)).toBe(`field: ${template}`);
});

test('a field that may be absent is a block of its own', () => {
  const helm = new HelmResolution();
  const yaml = `spec:\n  class: ${helm.pick(new Optional(host))}\n  size: 1\n`;
  expect(helm.render(yaml)).toBe(
    'spec:\n  {{- with .Values.host }}\n  class: {{ . | toJson }}\n  {{- end }}\n  size: 1\n',
  );
  expect(new PlainResolution().pick(new Optional(none))).toBeUndefined();
});

test('a fork holds leaves of its own', () => {
  const helm = new HelmResolution();
  const fork = new Fork<{ name: string }>(own, { name: host }, { name: 'x' });
  expect(helm.render(`a: ${helm.pick(fork)}`)).toBe(
    'a: {{ if .Values.own }}{"name": {{ .Values.host | toJson }}}{{ else }}{"name": "x"}{{ end }}',
  );
  expect(new PlainResolution().pick(fork)).toEqual({ name: 'x' });
});

test('an item that may be absent is a block of its own', () => {
  const helm = new HelmResolution();
  const item = new Only<{ name: string }>(own, { name: host });
  expect(helm.render(`env:\n  - a\n  - ${helm.pick(item)}\n`)).toBe(
    'env:\n  - a\n  {{- if .Values.own }}\n  - {"name": {{ .Values.host | toJson }}}\n  {{- end }}\n',
  );
  expect(new PlainResolution().pick(item)).toEqual({ name: host });
});

test('braces that are nobody’s action pass through Helm', () => {
  expect(new HelmResolution().render('legend: "{{client}}"')).toBe('legend: "{{ "{{" }}client}}"');
});
