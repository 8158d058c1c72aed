import { z } from 'zod';
import 'zod-openapi';
import { FILE_STATES } from '../files/ledger.ts';
import { FILE_TYPES, FORMATS, foldClient, foldFileType, foldPeriod } from '../files/names.ts';
import { RUN_STATES } from '../transform/runs.ts';

const instant = z.iso.datetime();

export const FileBody = z
  .object({
    id: z.uuid(),
    client: z.string().meta({ examples: ['client_a'] }),
    file_type: z.enum(FILE_TYPES),
    period: z.string().meta({ description: 'The month that the file covers.', examples: ['2023-07'] }),
    delivery: z.enum(['snapshot', 'incremental']).meta({
      description: 'Whether a newer file of the period replaces the older (snapshot) or adds to it.',
    }),
    state: z.enum(FILE_STATES).meta({
      description:
        'received → loading → loaded; rejected: the file is wrong; failed: it could not be loaded; superseded: a newer file replaced it; deleted: taken out.',
    }),
    name: z.string().meta({ description: 'The name under which it was sent.' }),
    format: z.enum(FORMATS).meta({ description: 'What the content is, whatever the name says.' }),
    size_bytes: z.int(),
    sha256: z.string().meta({ description: 'SHA-256 of the bytes, in hex.' }),
    rows_loaded: z.int().nullable().meta({ description: 'Rows in export; null until settled.' }),
    rows_rejected: z
      .int()
      .nullable()
      .meta({ description: 'Records that could not be parsed; see /files/{id}/rejected-rows.' }),
    drift: z.object({ added: z.array(z.string()), missing: z.array(z.string()) }).meta({
      description: 'Columns that the feed does not describe, and optional ones that the file lacks.',
    }),
    attempts: z.int().meta({ description: 'How often loading was begun.' }),
    load_path: z.enum(['copy', 'records', 'workbook']).nullable(),
    reason: z.string().nullable().meta({ description: 'Why it is rejected or failed, as a code.' }),
    message: z.string().nullable().meta({ description: 'The same as a sentence.' }),
    superseded_by: z.uuid().nullable(),
    run_id: z
      .uuid()
      .nullable()
      .meta({ description: 'The run that brought it into the marts; null until then.' }),
    received_at: instant,
    loading_at: instant.nullable(),
    settled_at: instant.nullable(),
  })
  .meta({ id: 'File' });

const counts = (...names: string[]) => z.object(Object.fromEntries(names.map((name) => [name, z.int()])));

export const RunBody = z
  .object({
    id: z.uuid(),
    state: z.enum(RUN_STATES),
    reason: z.enum(['drained', 'max_delay', 'requested']).meta({ description: 'Why it was started.' }),
    requested_at: instant,
    started_at: instant.nullable(),
    ended_at: instant.nullable(),
    summary: z
      .object({
        outcome: z.enum(['succeeded', 'failed']),
        models: counts('passed', 'failed', 'skipped'),
        tests: counts('passed', 'failed', 'warned', 'skipped'),
        failing: z.array(z.string()).meta({ description: 'Names of models and tests that failed.' }),
        warning: z.array(z.string()).optional().meta({ description: 'Names of tests that warn.' }),
        seconds: z.number(),
      })
      .nullable()
      .meta({ description: 'What dbt said.' }),
    message: z.string().nullable(),
  })
  .meta({ id: 'Run' });

export const ProblemBody = z
  .object({
    type: z.string().meta({ examples: ['urn:waymark:problem:missing_columns'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do. Never a value of a cell.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** Most items of one page. */
const MAX_LIMIT = 1000;
export const DEFAULT_LIMIT = 100;

/** A parameter that is there but empty counts as not given. */
const given = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** A word from outside in our spelling: `clientA`, `membership`, `202307`. */
const folded = (fold: (outside: string) => string | undefined, expected: string) =>
  z.string().transform((outside, context) => {
    const inside = fold(outside);
    if (inside) return inside;
    context.addIssue(`must be ${expected}`);
    return z.NEVER;
  });

export const PageQuery = z.object({
  cursor: given(
    z.string().regex(/^[0-9]{1,18}$/, 'is not a cursor: take next_cursor of the page before'),
  ).meta({
    description: 'next_cursor of the page before.',
  }),
  limit: given(z.coerce.number().int().min(1).max(MAX_LIMIT)).meta({
    description: `Items of a page, at most ${MAX_LIMIT}; ${DEFAULT_LIMIT} where it is not given.`,
  }),
});

export const FilesQuery = PageQuery.extend({
  client: given(folded(foldClient, 'a client')),
  file_type: given(folded(foldFileType, 'patient_registration or claims')),
  period: given(folded(foldPeriod, 'a month, such as 2023-07')),
  state: given(z.enum(FILE_STATES)),
});

export const RejectedRowBody = z
  .object({
    row_number: z
      .int()
      .meta({ description: 'The first record after the header is 1; blank lines do not count.' }),
    reason: z.string(),
    message: z.string(),
    raw: z.string().meta({ description: 'The record as it came.' }),
  })
  .meta({ id: 'RejectedRow' });
