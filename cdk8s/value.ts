import { z } from 'zod';
import { Leaf } from './leaf.ts';

/** One of the chart's values: its default, what it may be, and what it means. */
export class Value<T = unknown> {
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
  readonly description: string;

  constructor(schema: z.ZodType<T>, fallback: T, description: string) {
    this.schema = schema;
    this.fallback = fallback;
    this.description = description;
  }
}

/** Values that belong together. */
export class Section<Entries extends Tree = Tree> {
  readonly description: string;
  readonly entries: Entries;

  constructor(description: string, entries: Entries) {
    this.description = description;
    this.entries = entries;
  }
}

export interface Tree {
  readonly [name: string]: Value | Section;
}

export const value = <T>(schema: z.ZodType<T>, fallback: NoInfer<T>, description: string): Value<T> =>
  new Value(schema, fallback, description);

export const section = <Entries extends Tree>(description: string, entries: Entries): Section<Entries> =>
  new Section(description, entries);

/** A leaf for each value. */
export type Leaves<Entries> = {
  readonly [Name in keyof Entries]: Entries[Name] extends Value<infer T>
    ? Leaf<T>
    : Entries[Name] extends Section<infer Inner>
      ? Leaves<Inner>
      : never;
};

/** Values that were given, and are wrong. */
export class ValuesError extends Error {
  override name = 'ValuesError';
}

const isMap = (of: unknown): of is Record<string, unknown> =>
  typeof of === 'object' && of !== null && !Array.isArray(of);

/** What is given over the default, as Helm does it: maps entry by entry, of which null takes one away. */
function merged(fallback: unknown, given: unknown): unknown {
  if (given === undefined) return fallback;
  if (!isMap(fallback) || !isMap(given)) return given;
  const names = Object.keys({ ...fallback, ...given }).filter((name) => given[name] !== null);
  return Object.fromEntries(names.map((name) => [name, merged(fallback[name], given[name])]));
}

/**
 * The tree's values as leaves.
 * @param given what a values file says; the defaults stand for what it does not say
 * @throws ValuesError naming every value that is unknown or wrong
 */
export function leavesOf<Entries extends Tree>(tree: Entries, given: unknown = {}): Leaves<Entries> {
  const complaints: string[] = [];
  const read = (entries: Tree, at: unknown, path: string[]): object => {
    const map = z.record(z.string(), z.unknown()).safeParse(at ?? {});
    if (!map.success) complaints.push(`${path.join('.')}: must be a map`);
    const known = map.data ?? {};
    for (const name of Object.keys(known))
      if (!(name in entries)) complaints.push(`${[...path, name].join('.')}: there is no such value`);
    return Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => {
        const here = [...path, name];
        if (entry instanceof Section) return [name, read(entry.entries, known[name], here)];
        const parsed = entry.schema.safeParse(merged(entry.fallback, known[name]));
        if (!parsed.success) complaints.push(`${here.join('.')}: ${parsed.error.issues[0]!.message}`);
        return [name, new Leaf(parsed.data, `.Values.${here.join('.')}`)];
      }),
    );
  };
  const leaves = read(tree, given, []) as Leaves<Entries>;
  if (complaints.length > 0) throw new ValuesError(complaints.join('\n'));
  return leaves;
}
