import { foldColumn } from '../../files/names.ts';
import type { Sample } from './samples.ts';
import { type HeaderMeaning, meaningsOf } from './words.ts';

/** A column of the samples of one file type. */
export interface Column {
  header: string;
  meanings: HeaderMeaning[];
  /** Cells by sample; undefined where a sample has no such column. */
  cells: (readonly (string | null)[] | undefined)[];
  /** What stands in it, blanks left out. */
  values: string[];
  /** How many of its cells are blank, 0 to 1. */
  blank: number;
  inEverySample: boolean;
}

/** The columns of samples, by the names that the database would give them, in their order. */
export function columnsOf(samples: readonly Sample[]): Column[] {
  const headers = new Map<string, string>();
  for (const sample of samples)
    for (const [i, header] of sample.headers.entries()) {
      const name = foldColumn(header, i + 1);
      if (!headers.has(name)) headers.set(name, header);
    }
  return [...headers].map(([name, header]) => {
    const cells = samples.map((sample) => {
      const at = sample.headers.findIndex((each, i) => foldColumn(each, i + 1) === name);
      return at < 0 ? undefined : sample.rows.map((row) => row[at] ?? null);
    });
    const all = cells.flatMap((each) => each ?? []);
    const values = all.filter((cell) => cell !== null);
    return {
      header,
      meanings: meaningsOf(header),
      cells,
      values,
      blank: all.length === 0 ? 1 : 1 - values.length / all.length,
      inEverySample: !cells.includes(undefined),
    };
  });
}
