import { CANONICAL, IDENTITY } from '../canonical.ts';
import type { DraftFeed } from './feed.ts';
import type { Proposal } from './proposals.ts';
import { describeValues } from './shapes.ts';
import { codeList } from './terms.ts';

/** The text of a draft: a description with the reasons for it as comments. */
export function draftText(client: string, feeds: readonly DraftFeed[]): string {
  const lines = [
    '# yaml-language-server: $schema=./feed.schema.json',
    '# A draft by `waymark feeds draft`. Behind each column: how sure it is, 0 to 1, and why. Read every line, take the',
    '# comments away, then run `waymark feeds check`.',
    `client: ${scalar(client)}`,
    'feeds:',
  ];
  for (const feed of feeds) lines.push(...feedLines(feed));
  return `${lines.join('\n')}\n`;
}

function feedLines(feed: DraftFeed): string[] {
  const order = CANONICAL[feed.fileType].map(({ name }) => name);
  const proposals = [...feed.proposals].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const missing = [IDENTITY[feed.fileType], ...(feed.fileType === 'claims' ? ['charge_amount'] : [])].filter(
    (name) => !proposals.some((each) => each.name === name),
  );
  return [
    `  ${feed.fileType}:`,
    `    delivery: ${feed.delivery.value} # a guess: ${feed.delivery.why}`,
    "    # expected: monthly by day 10 # of the following month: when a period's file is late",
    ...(feed.formats.length === 1 ? [`    format: [${feed.formats[0]}] # as all samples are`] : []),
    ...(feed.encoding ? [`    encoding: ${feed.encoding} # no UTF-8`] : []),
    ...(feed.delimiter
      ? [`    delimiter: ${feed.delimiter === '\t' ? '"\\t"' : `'${feed.delimiter}'`}`]
      : []),
    `    key: [${feed.key.columns.join(', ')}] # ${feed.key.why}`,
    '    columns:',
    ...proposals
      .flatMap((proposal) => columnLine(proposal, feed.required.has(proposal.name)))
      .map((line) => `      ${line}`),
    ...missing.map((name) => `      # ${name}: MISSING, and every feed has to give it`),
    ...leftLines(feed, proposals.length === 0 ? [] : order),
  ];
}

function columnLine({ name, from, confidence, why, columns }: Proposal, required: boolean): string[] {
  const { from: source, join, with: between, needs, part, first_of, ...reading } = from;
  const described = defined({
    from: source,
    join,
    with: between,
    needs,
    part,
    first_of,
    required: required || undefined,
    ...reading,
  });
  const blank = Math.max(...columns.map((column) => column.blank));
  const reasons = [...why];
  if (blank >= 0.01 && columns.length === 1) reasons.push(`${Math.round(blank * 100)}% blank`);
  const line = `${name}: ${Object.keys(described).join() === 'from' ? flow(described.from) : flow(described)}`;
  const comment = `# ${confidence.toFixed(2)}: ${oneLine(reasons.join('; '))}`;
  return line.length > LONG ? [comment, line] : [`${line} ${comment}`];
}

const defined = (object: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** Behind a line longer than this, a comment would be out of sight: it stands before it. */
const LONG = 90;

/** Columns without a place, and the canonical columns that nothing was found for. */
function leftLines({ left, fileType, proposals }: DraftFeed, order: readonly string[]): string[] {
  const free = order.filter((name) => !proposals.some((each) => each.name === name));
  return [
    ...(left.length > 0
      ? [
          '    # No place was found for these columns. Give each to a canonical column, or say why it is not used:',
          '    # unused:',
          ...left.map((column) => `    #   ${flow(column.header)}: ${oneLine(seenIn(column))}`),
        ]
      : []),
    ...(left.length > 0 && free.length > 0
      ? wrapped(`Canonical columns of ${fileType} that are free: ${shortened(free).join(', ')}`)
      : []),
  ];
}

/** In fewer rows two people of one name look like a code. */
const MIN_VALUES_OF_A_LIST = 50;
/** More than this are no list that helps. */
const MAX_WORDS_SHOWN = 8;

/** What was seen of a column, its values themselves only where they are surely a code list: so many rows, so few words. */
function seenIn({ values, blank }: { values: string[]; blank: number }): string {
  if (values.length === 0) return 'always blank';
  const words = codeList(values)?.filter((word) => /^\p{L}/u.test(word));
  const kinds = describeValues(values);
  const different = new Set(values).size;
  const share = blank >= 0.01 ? `, ${Math.round(blank * 100)}% blank` : '';
  const isList = values.length >= MIN_VALUES_OF_A_LIST && different <= MAX_WORDS_SHOWN;
  const listed = isList && words?.length === different ? `: ${words.join(', ')}` : '';
  return `${kinds}, ${different} different${share}${listed}`;
}

/** `diagnosis_code_4`, `diagnosis_code_5` …: the first, and how far they go. */
function shortened(names: readonly string[]): string[] {
  const numbered = new Map<string, string[]>();
  for (const name of names) {
    const stem = name.replace(/_\d+$/, '');
    numbered.set(stem, [...(numbered.get(stem) ?? []), name]);
  }
  return [...numbered.values()].map((all) =>
    all.length > 2 ? `${all[0]} … ${/\d+$/.exec(all.at(-1)!)![0]}` : all.join(', '),
  );
}

const LINE_WIDTH = 118;

function wrapped(text: string): string[] {
  const lines = ['    #'];
  for (const word of text.split(' ')) {
    if (lines.at(-1)!.length + word.length + 1 > LINE_WIDTH) lines.push('    #');
    lines[lines.length - 1] += ` ${word}`;
  }
  return lines;
}

const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/** A value in YAML's flow style. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value && typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, each]) => `${scalar(key)}: ${flow(each)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : String(value);
}

/** Words that YAML 1.1 or 1.2 takes for something else than text. */
const NO_TEXT = /^(?:true|false|yes|no|on|off|y|n|null|~)$/i;

function scalar(text: string): string {
  if (/^[\p{L}_](?:[\p{L}\p{N}_./-]| (?=[\p{L}\p{N}_./-]))*$/u.test(text) && !NO_TEXT.test(text)) return text;
  return /[\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}
