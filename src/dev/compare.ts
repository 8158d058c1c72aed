import type { Figures, SampleFile } from './manifest.ts';

/** A figure by its path: `flags.invalid_zip`. */
type Tree = { [name: string]: number | string | Tree };

/**
 * Where figures are not what they should be, one line each. A count that is not there is 0.
 * Marts that are not expected, as later versions may add some, are nobody's mistake.
 */
export function differingFigures(actual: Figures, expected: Figures): string[] {
  const marts = Object.fromEntries(
    Object.keys(expected.marts).map((name) => [name, actual.marts[name] ?? 0]),
  );
  return differences({ ...actual, marts }, expected);
}

/** Where a file came out otherwise than its manifest says. */
export function differingFile(
  sample: SampleFile,
  file: {
    state: string;
    rows_loaded: number | null;
    rows_rejected: number | null;
    rejected: Record<string, number>;
  },
): string[] {
  const figures = ({ rows_loaded, rows_rejected, rejected }: Omit<typeof file, 'state'>): Tree => ({
    rows_loaded: rows_loaded ?? 0,
    rows_rejected: rows_rejected ?? 0,
    rejected,
  });
  return differences(
    { state: file.state, ...figures(file) },
    { state: sample.final_state, ...figures(sample) },
    sample.path,
  );
}

function differences(actual: Tree, expected: Tree, path = ''): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) => {
    const here = path === '' ? name : `${path} ${name}`;
    const [is, shouldBe] = [actual[name] ?? 0, expected[name] ?? 0];
    if (typeof is === 'object' || typeof shouldBe === 'object')
      return differences(asTree(is), asTree(shouldBe), here);
    return is === shouldBe ? [] : [`${here}: ${is}, expected ${shouldBe}`];
  });
}

const asTree = (value: number | string | Tree): Tree => (typeof value === 'object' ? value : {});
