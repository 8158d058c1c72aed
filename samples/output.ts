import { csvOf } from './csv.ts';
import { manifestOf } from './manifest.ts';
import type { SampleFile } from './sample-file.ts';
import { setOne } from './set-one.ts';
import { setTwo } from './set-two.ts';
import { workbookOf } from './workbook.ts';

export interface Output {
  /** From the samples folder: `set-1/Patient-…`. */
  path: string;
  bytes: Buffer;
}

export const SET_FOLDERS = ['set-1', 'set-2'];

export function sampleSets(seed: number): SampleFile[][] {
  const first = setOne(seed);
  return [first, setTwo(seed, first)];
}

/** Everything that a seed gives: both sets and the manifest. */
export function outputs(seed: number): Output[] {
  const sets = sampleSets(seed);
  const files = sets.flatMap((set, index) =>
    set.map((file) => ({ path: `${SET_FOLDERS[index]}/${file.name}`, bytes: bytesOf(file) })),
  );
  const manifest = `${JSON.stringify(manifestOf(seed, sets), null, 2)}\n`;
  return [...files, { path: 'manifest.json', bytes: Buffer.from(manifest) }];
}

function bytesOf(file: SampleFile): Buffer {
  return file.layout.format === 'csv' ? csvOf(file, file.layout) : workbookOf(file, file.layout);
}
