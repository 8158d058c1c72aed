import type { IResolver, ResolutionContext } from 'cdk8s';

/**
 * A value of the tree that users choose: known now in the plain manifests, known to Helm when it renders the chart.
 * Trees hold leaves where a value would stand; a resolution (see {@link Resolution}) puts one or the other in their place.
 */
export class Leaf<T = unknown> {
  /** The value in the plain manifests. */
  readonly plain: T;
  /** The same as a Go template pipeline, without braces: `.Values.api.replicas`. */
  readonly expression: string;

  constructor(plain: T, expression: string) {
    this.plain = plain;
    this.expression = expression;
  }
}

/** A field that is not there at all where its text is empty: to Kubernetes, null and "absent" are not always the same. */
export class Optional<T = unknown> {
  readonly leaf: Leaf<T>;

  constructor(leaf: Leaf<T>) {
    this.leaf = leaf;
  }
}

/** An item of a list that is there only under a condition; it may hold leaves. */
export class Only<T = unknown> {
  readonly condition: Leaf<boolean>;
  readonly item: Leafy<T>;

  constructor(condition: Leaf<boolean>, item: Leafy<T>) {
    this.condition = condition;
    this.item = item;
  }
}

/** One of two pieces of a tree, each of which may hold leaves. */
export class Fork<T = unknown> {
  readonly condition: Leaf<boolean>;
  readonly yes: Leafy<T>;
  readonly no: Leafy<T>;

  constructor(condition: Leaf<boolean>, yes: Leafy<T>, no: Leafy<T>) {
    this.condition = condition;
    this.yes = yes;
    this.no = no;
  }
}

/** Quantity, IntOrString and their like: classes of cdk8s that hold a number or a text. */
interface Union {
  readonly value: string | number;
}

/** A shape in which any part may be a leaf: how workloads are typed. */
export type Leafy<T> =
  | Leaf<T>
  | Optional<NonNullable<T>>
  | Fork<T>
  | (T extends Union
      ? T | string | number
      : T extends Date | string | number | boolean | null | undefined
        ? T | (T extends string ? `${T}` : never)
        : T extends readonly (infer Item)[]
          ? readonly (Leafy<Item> | Only<Item>)[]
          : { readonly [K in keyof T]: Leafy<T[K]> });

/** Text that holds leaves: text`${release}-api`. */
export function text(parts: TemplateStringsArray, ...leaves: Leaf<string | number>[]): Leaf<string> {
  const format = parts.map((part) => part.replaceAll('%', '%%')).join('%v');
  return new Leaf(
    String.raw({ raw: parts }, ...leaves.map((leaf) => leaf.plain)),
    ['printf', JSON.stringify(format), ...leaves.map(argument)].join(' '),
  );
}

/** A number of the values is a float to Helm, and would be written as 1e+06 within a text. */
const argument = (leaf: Leaf<string | number>): string =>
  typeof leaf.plain === 'number' ? `(int64 (${leaf.expression}))` : `(${leaf.expression})`;

/** Something that is the same in both forms. */
export const literal = (value: string | number | boolean): Leaf<string> =>
  new Leaf(value as string, JSON.stringify(value));

/** The first one, or the other where it is empty. */
export const orElse = (leaf: Leaf<string>, fallback: Leaf<string>): Leaf<string> =>
  new Leaf(leaf.plain || fallback.plain, `default (${fallback.expression}) (${leaf.expression})`);

export const choose = <T>(condition: Leaf<boolean>, yes: Leaf<T>, no: Leaf<T>): Leaf<T> =>
  new Leaf(
    condition.plain ? yes.plain : no.plain,
    `ternary (${yes.expression}) (${no.expression}) (${condition.expression})`,
  );

export const not = (condition: Leaf<boolean>): Leaf<boolean> =>
  new Leaf(!condition.plain, `not (${condition.expression})`);

export const both = (a: Leaf<boolean>, b: Leaf<boolean>): Leaf<boolean> =>
  new Leaf(a.plain && b.plain, `and (${a.expression}) (${b.expression})`);

export const isEmpty = (leaf: Leaf<string>): Leaf<boolean> =>
  new Leaf(leaf.plain === '', `empty (${leaf.expression})`);

export const equals = (leaf: Leaf<string>, value: string): Leaf<boolean> =>
  new Leaf(leaf.plain === value, `eq (${leaf.expression}) ${JSON.stringify(value)}`);

/** @param pattern a regular expression that means the same to JavaScript and to Go */
export const matches = (leaf: Leaf<string>, pattern: string): Leaf<boolean> =>
  new Leaf(
    new RegExp(pattern).test(leaf.plain),
    `regexMatch ${JSON.stringify(pattern)} (${leaf.expression})`,
  );

export const atMost = (leaf: Leaf<number>, limit: number): Leaf<boolean> =>
  new Leaf(leaf.plain <= limit, `le (int64 (${leaf.expression})) ${limit}`);

export const lengthOf = (leaf: Leaf<string>): Leaf<number> =>
  new Leaf(leaf.plain.length, `len (${leaf.expression})`);

/** The texts of a list with commas between them. */
export const joined = (leaf: Leaf<readonly string[]>): Leaf<string> =>
  new Leaf(leaf.plain.join(','), `join "," (${leaf.expression})`);

/** One map over another: what the second says beats the first. */
export const overlay = (
  under: Record<string, Leaf<string> | string>,
  over: Leaf<Record<string, string>>,
): Leaf<Record<string, string>> => {
  const entries = Object.entries(under).map(
    ([key, value]) => [key, value instanceof Leaf ? value : literal(value)] as const,
  );
  const plain = Object.fromEntries(entries.map(([key, leaf]) => [key, leaf.plain]));
  const dict = entries.map(([key, leaf]) => `${JSON.stringify(key)} (${leaf.expression})`).join(' ');
  return new Leaf({ ...plain, ...over.plain }, `mergeOverwrite (dict ${dict}) (${over.expression})`);
};

/** How leaves are replaced: by their values, or by what Helm will render. */
export interface Resolution extends IResolver {
  /** What stands in a leaf's place. Typed as what the reader of the tree expects. */
  pick<T>(leaf: Replaceable<T>): T;
}

type Replaceable<T> = Leaf<T> | Optional<T> | Fork<T> | Only<T>;

const isReplaceable = (value: unknown): value is Replaceable<unknown> =>
  value instanceof Leaf || value instanceof Optional || value instanceof Fork || value instanceof Only;

const isMissing = (item: unknown): boolean => item instanceof Only && !item.condition.plain;

/** The plain form: every leaf becomes its value. */
export class PlainResolution implements Resolution {
  pick<T>(leaf: Replaceable<T>): T {
    if (leaf instanceof Leaf) return leaf.plain;
    if (leaf instanceof Optional) return (leaf.leaf.plain || undefined) as T;
    if (leaf instanceof Only) return leaf.item as T;
    return (leaf.condition.plain ? leaf.yes : leaf.no) as T;
  }

  resolve(context: ResolutionContext): void {
    const { value } = context;
    if (Array.isArray(value) && value.some(isMissing))
      context.replaceValue(value.filter((item) => !isMissing(item)));
    else replaceLeaf(context, this);
  }
}

/** Marks in the private use area: nothing else in a manifest has them. */
const [BEGIN, BEGIN_OPTIONAL, END, BEGIN_ONLY] = ['\uE000', '\uE001', '\uE002', '\uE003'];
const MARK = new RegExp(`"?${BEGIN}(\\d+)${END}"?`, 'g');
const OPTIONAL_FIELD = new RegExp(`^( *)(\\w+): "?${BEGIN_OPTIONAL}(\\d+)${END}"?$`, 'gm');
const ONLY_ITEM = new RegExp(`^( *)- "?${BEGIN_ONLY}(\\d+)${END}"?$`, 'gm');

/** The chart's form: a leaf becomes a mark, and `render` puts a template action in the mark's place. */
export class HelmResolution implements Resolution {
  readonly #actions: string[] = [];
  readonly #conditions = new Map<number, Leaf<boolean>>();

  pick<T>(leaf: Replaceable<T>): T {
    if (leaf instanceof Optional) return this.#mark(BEGIN_OPTIONAL, leaf.leaf.expression) as T;
    if (leaf instanceof Only) {
      this.#conditions.set(this.#actions.length, leaf.condition);
      return this.#mark(BEGIN_ONLY, this.#json(leaf.item)) as T;
    }
    return this.#mark(BEGIN, leaf instanceof Leaf ? toJson(leaf) : this.#fork(leaf)) as T;
  }

  #mark(begin: string, action: string): string {
    this.#actions.push(action);
    return `${begin}${this.#actions.length - 1}${END}`;
  }

  resolve(context: ResolutionContext): void {
    replaceLeaf(context, this);
  }

  /** YAML with marks as a template. Braces that are nobody's action, as in a dashboard's legends, pass through Helm. */
  render(yaml: string): string {
    const action = (index: string) => this.#actions[Number(index)]!;
    return yaml
      .replaceAll('{{', '{{ "{{" }}')
      .replace(
        OPTIONAL_FIELD,
        (_, indent: string, field: string, index: string) =>
          `${indent}{{- with ${action(index)} }}\n${indent}${field}: {{ . | toJson }}\n${indent}{{- end }}`,
      )
      .replace(ONLY_ITEM, (_, indent: string, index: string) => {
        const condition = this.#conditions.get(Number(index))!;
        return `${indent}{{- if ${condition.expression} }}\n${indent}- ${action(index)}\n${indent}{{- end }}`;
      })
      .replace(MARK, (_, index: string) => action(index));
  }

  #fork({ condition, yes, no }: Fork): string {
    return `{{ if ${condition.expression} }}${this.#json(yes)}{{ else }}${this.#json(no)}{{ end }}`;
  }

  #json(value: unknown): string {
    if (value instanceof Leaf) return toJson(value);
    if (value instanceof Fork) return this.#fork(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.#json(item)).join(',')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${this.#json(item)}`)
      .join(', ')}}`;
  }
}

/** JSON is YAML in one line, for any type: nothing has to know how deep it stands. */
const toJson = (leaf: Leaf): string => `{{ ${leaf.expression} | toJson }}`;

function replaceLeaf(context: ResolutionContext, resolution: Resolution): void {
  if (isReplaceable(context.value)) context.replaceValue(resolution.pick(context.value));
}
