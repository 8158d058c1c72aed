import { stringify } from 'yaml';
import { z } from 'zod';
import { Section, type Tree, type Value } from './value.ts';

// The files that say what the chart's values are: values.yaml, its schema, and the table of the README.

const WIDTH = 110;

/** `values.yaml`: every value with its default, below a comment. */
export function valuesYaml(tree: Tree): string {
  const lines = (entries: Tree, indent: string): string[] =>
    Object.entries(entries).flatMap(([name, entry]) => [
      ...comment(entry.description, indent),
      ...(entry instanceof Section
        ? [`${indent}${name}:`, ...lines(entry.entries, `${indent}  `)]
        : stringify({ [name]: entry.fallback }, { lineWidth: 0 })
            .trimEnd()
            .split('\n')
            .map((line) => indent + line)),
      ...(indent === '' ? [''] : []),
    ]);
  return `${lines(tree, '').join('\n').trimEnd()}\n`;
}

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** `values.schema.json`: Helm refuses what it does not allow, and names it. */
export function valuesSchema(tree: Tree): string {
  const object = (entries: Tree, description?: string): object => ({
    type: 'object',
    ...(description === undefined ? {} : { description }),
    additionalProperties: false,
    // Without its default a value is null, which a template would write as it is, or as 0.
    required: Object.keys(entries),
    properties: Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        entry instanceof Section ? object(entry.entries, entry.description) : schemaOf(entry),
      ]),
    ),
  });
  const root = object(tree) as { properties: object };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart waymark',
    ...root,
    // Helm hands these to every chart that is part of another.
    properties: { ...root.properties, global: { type: 'object' } },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function schemaOf({ schema, description, fallback }: Value): object {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { target: 'draft-7' });
  // zod says of every integer that JavaScript can hold it.
  if (shape.maximum === Number.MAX_SAFE_INTEGER) delete shape.maximum;
  return { description, default: fallback, ...shape };
}

/** The rows of the README's table, a value each. */
export function valuesTable(tree: Tree): string {
  const rows = (entries: Tree, path: string): string[] =>
    Object.entries(entries).flatMap(([name, entry]) => {
      const here = path === '' ? name : `${path}.${name}`;
      if (entry instanceof Section) return rows(entry.entries, here);
      const cell = (text: string) => text.replaceAll('|', '\\|');
      return [`| \`${here}\` | ${cell(entry.description)} | \`${cell(JSON.stringify(entry.fallback))}\` |`];
    });
  return ['| value | what it is | default |', '| --- | --- | --- |', ...rows(tree, '')].join('\n');
}
