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

/** Delimiters in a line, quoted ones too. */
export function countDelimiters(line: string, delimiter: string): number {
  let count = 0;
  for (let at = line.indexOf(delimiter); at >= 0; at = line.indexOf(delimiter, at + 1)) count++;
  return count;
}

/**
 * Whether a record that spans lines is rather two with a broken quote each: its first and its last line each have the
 * width of a record, so that between the quotes whole records were swallowed. In a field that has line ends by right,
 * the first line lacks the fields after it and the last line those before it.
 */
export function swallowsRecords(
  firstLine: string,
  lastLine: string,
  delimiter: string,
  width: number,
): boolean {
  return (
    countDelimiters(firstLine, delimiter) >= width - 1 && countDelimiters(lastLine, delimiter) >= width - 1
  );
}
