/** What the numbers of a column look like. */
export interface NumbersSeen {
  read: number;
  decimal: 'point' | 'comma';
}

const bare = (text: string) => text.replace(/[\s$€£()+-]/g, '').replace(/(?:EUR|USD)$/i, '');

/**
 * Reads amounts and quantities. Which sign parts the cents is told by values where only one can: `12,5` and `1.234,50`
 * against `12.5` and `1,234.50`.
 * @param values what stands in the column, blanks left out
 */
export function numbersIn(values: readonly string[]): NumbersSeen {
  let comma = 0;
  let point = 0;
  let read = 0;
  for (const value of values) {
    const number = bare(value);
    if (!/^(?=.*\d)[\d.,]+$/.test(number)) continue;
    read++;
    const [last] = /[.,](?=[^.,]*$)/.exec(number) ?? [];
    if (last === undefined) continue;
    const decimals = number.length - number.lastIndexOf(last) - 1;
    const parts = number.split(last).length - 1;
    // `1,234`, `1.234.567`: thousands, or three decimals.
    if (parts > 1 || (decimals === 3 && /^\d{1,3}[.,]\d{3}$/.test(number))) continue;
    if (last === ',') comma++;
    else point++;
  }
  return { read, decimal: comma > point ? 'comma' : 'point' };
}
