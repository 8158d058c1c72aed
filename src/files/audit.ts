import type { Queryable } from '../platform/database.ts';

/** What is written down. */
export const ACTIONS = [
  'upload_accepted',
  'upload_held',
  'retry',
  'delete',
  'run_requested',
  'rejected_rows_read',
  'denied',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Who does something, and from where. */
export interface Actor {
  /** `token:NAME`, `oidc:SUBJECT` or `anonymous`. */
  id: string;
  address: string | null;
}

/** What it is done to. */
export interface Subject {
  file?: { id: string; client: string };
  run_id?: string;
  /** Never a value of a file. */
  detail?: object;
}

/** Where an entry goes; what is not told is left out. */
export const INTO_AUDIT = 'ingest.audit (actor, action, address, client, file_id, run_id, detail)';
const INSERT = `insert into ${INTO_AUDIT} values ($1, $2, $3, $4, $5, $6, $7)`;

/** Writes it down: within the transaction of the act, where it has one, so that one is not without the other. */
export async function audit(
  db: Queryable,
  by: Actor,
  action: Action,
  { file, run_id = undefined, detail = {} }: Subject,
): Promise<void> {
  await db.query(INSERT, [by.id, action, by.address, file?.client, file?.id, run_id, detail]);
}

export interface AuditRow {
  sequence: number;
  at: Date;
  actor: string;
  action: Action;
  address: string | null;
  client: string | null;
  file_id: string | null;
  run_id: string | null;
  detail: object;
}

const LIST = `
  select id as sequence, at, actor, action, host(address) as address, client, file_id, run_id, detail from ingest.audit
   where ($1::text is null or actor = $1) and ($2::text is null or action = $2) and ($3::uuid is null or file_id = $3)
     and ($4::bigint is null or id < $4)
   order by id desc limit $5`;

/** Entries, the newest first; `before` is the sequence of the last one seen. */
export async function listAudit(
  db: Queryable,
  filter: { actor?: string | undefined; action?: Action | undefined; file_id?: string | undefined },
  page: { before: number | null; limit: number },
): Promise<AuditRow[]> {
  const { actor = null, action = null, file_id = null } = filter;
  return (await db.query<AuditRow>(LIST, [actor, action, file_id, page.before, page.limit])).rows;
}
