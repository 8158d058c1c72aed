/**
 * A line without a record: nothing, only blanks, or only delimiters, as Excel writes empty rows. Both ways of reading a
 * CSV must agree on it, as such lines are not numbered.
 */
export function isBlankLine(line: string, delimiter: string): boolean {
  const first = line[0];
  if (first === undefined) return true;
  if (first === delimiter) return everyCharacter(line, (character) => character === delimiter);
  if (first !== ' ' && first !== '\t') return false;
  return everyCharacter(
    line,
    (character) => character !== delimiter && (character === ' ' || character === '\t'),
  );
}

function everyCharacter(text: string, holds: (character: string) => boolean): boolean {
  for (const character of text) if (!holds(character)) return false;
  return true;
}

function countDelimiters(line: string, delimiter: string): number {
  let count = 0;
  for (let at = line.indexOf(delimiter); at >= 0; at = line.indexOf(delimiter, at + 1)) count++;
  return count;
}

/**
 * Delimiters on the first and on the last line of a quoted field that spans lines.
 *
 * Two broken quotes, records apart, read like one such field that swallowed what is between them. It shows: on its first
 * line the field holds the delimiters that its record should have had after it, and on its last line those that the
 * last record should have had before it. In a field that has line ends by right, these are not the record's counts.
 */
export function edgeDelimiters(content: string, delimiter: string): { first: number; last: number } {
  const lines = content.split(/\r\n|\n|\r/);
  return { first: countDelimiters(lines[0]!, delimiter), last: countDelimiters(lines.at(-1)!, delimiter) };
}
