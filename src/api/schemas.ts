import { z } from 'zod';
import 'zod-openapi';
import { ACTIONS } from '../files/audit.ts';
import { FILE_STATES } from '../files/ledger.ts';
import { FILE_TYPES, FORMATS, foldClient, foldFileType, foldPeriod } from '../files/names.ts';
import { RUN_STATES } from '../transform/runs.ts';

const instant = z.iso.datetime();

const columns = (description: string, ...examples: string[]) =>
  z
    .array(z.string())
    .default([])
    .meta({ description, examples: [examples] });
const share = z.number().min(0).max(1);

export const DriftBody = z
  .object({
    added: columns('Columns that the feed does not describe; they are loaded too.', 'fax'),
    missing: columns('Optional columns of the feed that the file lacks; they load as null.', 'email'),
    compared_with: z.uuid().nullable().default(null).meta({
      description:
        'The file before: of the feed’s loaded files the latest of an earlier period, or the one accepted earlier for the same period. Null until the file is loaded, and for the first one.',
    }),
    appeared: columns('Columns that the file before has not.', 'fax'),
    vanished: columns('Columns that only the file before has.', 'email'),
    renamed: z
      .array(
        z.object({
          column: z.string(),
          likely_from: z.string(),
          because: z.array(z.enum(['name', 'position'])),
        }),
      )
      .default([])
      .meta({
        description:
          'Columns that are likely to be earlier ones under another name, and what speaks for it: the name, the position. They are in no other list of the comparison.',
        examples: [[{ column: 'phone_number', likely_from: 'phone', because: ['name', 'position'] }]],
      }),
    mostly_null: z
      .array(z.object({ column: z.string(), share, share_before: share }))
      .default([])
      .meta({
        description:
          'Columns of the feed of which 90 % or more of the first rows have no value, and of the file before 50 % or fewer.',
        examples: [[{ column: 'zip', share: 0.98, share_before: 0.02 }]],
      }),
  })
  .meta({
    id: 'Drift',
    description:
      'How the file’s columns differ from the feed’s description (added, missing) and, once it is loaded, from the file before.',
  });

const delivery = z.enum(['snapshot', 'incremental']).meta({
  description: 'Whether a newer file of the period replaces the older (snapshot) or adds to it.',
});

export const FileBody = z
  .object({
    id: z.uuid(),
    client: z.string().meta({ examples: ['client_a'] }),
    file_type: z.enum(FILE_TYPES),
    period: z.string().meta({ description: 'The month that the file covers.', examples: ['2023-07'] }),
    delivery,
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
    drift: DriftBody,
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
        failing: z.array(z.string()).meta({
          description:
            'Names of models and tests that failed; none for a token that is not for all clients, as they name clients.',
        }),
        warning: z.array(z.string()).optional().meta({ description: 'Names of tests that warn.' }),
        seconds: z.number(),
      })
      .nullable()
      .meta({ description: 'What dbt said.' }),
    message: z.string().nullable(),
  })
  .meta({ id: 'Run' });

export const FeedBody = z
  .object({
    client: z.string().meta({ examples: ['client_a'] }),
    file_type: z.enum(FILE_TYPES),
    delivery,
    expected: z
      .object({ every: z.literal('month'), by_day: z.int() })
      .nullable()
      .meta({
        description:
          'Until which day of the following month, in UTC, a period’s file should have come; null where the feed does not say.',
        examples: [{ every: 'month', by_day: 10 }],
      }),
    first_period: z.string().nullable().meta({ description: 'The first period of which a file is held.' }),
    last_period: z
      .string()
      .nullable()
      .meta({ description: 'The last period of which a file is held.', examples: ['2023-07'] }),
    late_periods: z.array(z.string()).meta({
      description:
        'Periods after the first one of which no file is held though it should be here by now; of the last 24.',
      examples: [['2023-08']],
    }),
  })
  .meta({ id: 'Feed' });

export const AuditBody = z
  .object({
    at: instant,
    actor: z.string().meta({
      description: 'Who: `token:NAME`, `oidc:SUBJECT`, or `anonymous` where no valid token was sent.',
      examples: ['token:client-a'],
    }),
    action: z.enum(ACTIONS),
    address: z
      .string()
      .nullable()
      .meta({
        description: 'From where; X-Forwarded-For counts where a trusted proxy wrote it.',
        examples: ['192.0.2.7'],
      }),
    client: z.string().nullable(),
    file_id: z.uuid().nullable(),
    run_id: z.uuid().nullable(),
    detail: z.record(z.string(), z.unknown()).meta({
      description:
        'Of a denial: status, method, route, and `unrecorded`: how many before it were not written down.',
    }),
  })
  .meta({ id: 'AuditEntry' });

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

export const AuditQuery = PageQuery.extend({
  actor: given(z.string().max(300)),
  action: given(z.enum(ACTIONS)),
  file_id: given(z.uuid()),
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
