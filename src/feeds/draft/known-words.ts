import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordReader } from '../../load/csv-records.ts';
import { type KnownWords, WORD_KINDS } from './terms.ts';

/** The words that the macros read by themselves: dbt's seeds, one list a kind, `word` and what it means. */
export async function readKnownWords(dbtDir: string): Promise<KnownWords> {
  const lists = await Promise.all(
    WORD_KINDS.map(async (kind) => {
      const [, ...rows] = parseSeed(await readFile(join(dbtDir, 'seeds', `${kind}.csv`), 'utf8'));
      return [kind, new Map(rows.map(([word, meaning]) => [word!.toUpperCase(), meaning!]))] as const;
    }),
  );
  return Object.fromEntries(lists) as unknown as KnownWords;
}

/** A seed's rows, header first; blank is null. */
export function parseSeed(text: string): (string | null)[][] {
  const width = text.slice(0, text.indexOf('\n')).split(',').length;
  const reader = new RecordReader({ delimiter: ',', lineEnd: 'lf' }, width);
  return [...reader.push(text).rows, ...reader.end().rows].map(({ fields }) => fields);
}
