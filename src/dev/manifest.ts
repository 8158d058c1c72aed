import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PROJECT } from './paths.ts';

export const SAMPLES = `${PROJECT}/samples`;

const count = z.number().int();
const counts = z.record(z.string(), count);

const FileEntry = z.object({
  path: z.string(),
  client: z.string(),
  file_type: z.string(),
  period: z.string(),
  rows_loaded: count,
  rows_rejected: count,
  rejected: counts,
  final_state: z.string(),
});

const Expected = z.object({
  marts: counts,
  flags: counts,
  excluded: counts,
  by_client: z.record(
    z.string(),
    z.object({
      eligibility: count,
      member: count,
      member_history: count,
      enrollment_span: count,
      inferred_starts: count,
      member_month: count,
      claim_line: count,
      claims: count,
      denied_claims: count,
      charge_amount: z.string(),
      paid_amount: z.string(),
      excluded_charge_amount: z.string(),
      unmatched_claim: count,
      unmatched_charge_amount: z.string(),
      unenrolled_claim: count,
      unenrolled_charge_amount: z.string(),
      diagnosis: count,
      utilization: count,
    }),
  ),
  /** By client and month, as `pmpm` has them. */
  by_month: z.record(
    z.string(),
    z.record(z.string(), z.object({ member_months: count, charge_amount: z.string() })),
  ),
});

const Manifest = z.object({
  /** The day up to which the figures are worked out. */
  as_of_date: z.iso.date(),
  sets: z.array(z.object({ set: count, files: z.array(FileEntry) })),
  expected: z.object({ after_set_2: Expected }),
});

/** What the sample files are, and what must come of them; the part that the demo looks at. */
export type Manifest = z.output<typeof Manifest>;
export type SampleFile = z.output<typeof FileEntry>;
/** Figures about the marts: what is expected, or what is there. */
export type Figures = z.output<typeof Expected>;

export function readManifest(): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(`${SAMPLES}/manifest.json`, 'utf8')));
}
