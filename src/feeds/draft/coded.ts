import type { Column } from './columns.ts';
import type { Proposal } from './proposals.ts';
import { fitOf } from './shapes.ts';
import { codeList } from './terms.ts';

/** The kinds that one column of codes may hold, and the canonical columns they belong to. */
const SYSTEMS = [
  { kind: 'diagnosis', name: 'diagnosis_code_1', called: /icd/i },
  { kind: 'hcpcs', name: 'hcpcs_code', called: /cpt|hcpcs/i },
] as const;
/** So many of the codes under one system's name have its shape. */
const MOSTLY = 0.6;

/**
 * Where one column holds codes of several systems and another names the system: procedures and diagnoses taken apart by
 * what the codes under each name look like.
 */
export function codedLines(proposals: readonly Proposal[]): Proposal[] {
  const find = (name: string) => proposals.find((each) => each.name === name);
  const code = find('code')?.columns[0];
  const system = find('code_system')?.columns[0];
  if (!code || !system) return [];
  const words = wordsByKind(code, system);
  return SYSTEMS.flatMap(({ kind, name }): Proposal[] => {
    const named = words[kind];
    const given = find(name);
    if (named.length === 0) return [];
    const source = { from: code.header, when: { [system.header]: named } };
    const why = [`under these names stand ${kind === 'hcpcs' ? 'HCPCS or CPT' : 'ICD-10-CM'} codes`];
    if (!given) return [{ name, from: source, confidence: 0.85, why, columns: [code, system] }];
    return [
      {
        ...given,
        from: { first_of: [{ from: given.columns[0]!.header }, source] },
        why: [...given.why, ...why],
        columns: [...given.columns, code, system],
      },
    ];
  });
}

function wordsByKind(code: Column, system: Column): Record<'diagnosis' | 'hcpcs', string[]> {
  const found: Record<'diagnosis' | 'hcpcs', string[]> = { diagnosis: [], hcpcs: [] };
  for (const word of codeList(system.values) ?? []) {
    const codes = system.cells.flatMap((cells, sample) =>
      (cells ?? []).flatMap((cell, row) => {
        const value = code.cells[sample]?.[row];
        return value && cell?.toUpperCase() === word.toUpperCase() ? [value] : [];
      }),
    );
    const fits = SYSTEMS.map(({ kind, called }) => ({
      kind,
      called: called.test(word),
      fit: fitOf(kind, codes) ?? 0,
    }));
    // Many HCPCS codes have the shape of a diagnosis too: a name that is known decides.
    fits.sort((a, b) => Number(b.called) - Number(a.called) || b.fit - a.fit);
    if (fits[0]!.called || fits[0]!.fit >= MOSTLY) found[fits[0]!.kind].push(word);
  }
  return found;
}
