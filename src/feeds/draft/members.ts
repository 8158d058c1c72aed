import type { Column } from './columns.ts';
import type { Proposal } from './proposals.ts';

/** What may stand between a contract's number and a person's. */
const BETWEEN = ['', '-', '_', ' ', '*'] as const;
/** So many of the claims' members, found under an id put together, prove how it is put together. */
const PROVEN = 0.5;

/**
 * The member id of a registration that has none: a contract and a person of it, put together as the claims have it.
 * @param claimed the member ids of the claims, where there are claims among the samples
 */
export function joinedMember(
  proposals: readonly Proposal[],
  claimed: Column | undefined,
): Proposal | undefined {
  const find = (name: string) => proposals.find((each) => each.name === name)?.columns[0];
  const subscriber = find('subscriber_id');
  const person = find('person_code');
  if (find('member_id') || !subscriber) return undefined;
  if (!person)
    return {
      name: 'member_id',
      from: { from: subscriber.header },
      confidence: 0.5,
      why: ['a guess: no column is called member id; is every subscriber a member of its own?'],
      columns: [subscriber],
    };
  const ids = new Set(claimed?.values);
  const found = BETWEEN.map((between) => {
    const joined = new Set(
      subscriber.cells.flatMap((cells, sample) =>
        (cells ?? []).map((cell, row) => `${cell}${between}${person.cells[sample]?.[row]}`),
      ),
    );
    return { between, share: ids.size === 0 ? 0 : [...ids].filter((id) => joined.has(id)).length / ids.size };
  }).sort((a, b) => b.share - a.share)[0]!;
  const proven = found.share >= PROVEN;
  const between = proven ? found.between : '';
  return {
    name: 'member_id',
    from: {
      join: [subscriber.header, person.header],
      ...(between !== '' && { with: between }),
      needs: 'all',
    },
    confidence: proven ? 0.5 + found.share / 2 : 0.5,
    why: [
      proven
        ? `${Math.round(found.share * 100)}% of the claims' member ids are these two put together`
        : 'a guess: no column is called member id, and no claims prove that it is these two put together',
    ],
    columns: [subscriber, person],
  };
}
