import type { Queryable } from '../platform/database.ts';
import type { QueueDepth } from '../queue/depth.ts';
import type { Observation } from './decide.ts';

/**
 * What is due is a difference of sets, not of times: a load that began before a run and was committed during it is
 * loaded and not covered, whatever its timestamps say.
 */
const OBSERVE = `
  with last_success as (
    select id from ingest.run where state = 'succeeded' order by ended_at desc limit 1
  ), covered as (
    select file_id from ingest.run_file where run_id = (select id from last_success)
  ), active as (
    select id from ingest.run where state = 'running'
  ), last_run as (
    select id, state, ended_at from ingest.run
     where state in ('succeeded', 'failed') order by ended_at desc limit 1
  ), due as (
    select f.settled_at as since from ingest.file f
     where f.state = 'loaded' and not exists (select from covered c where c.file_id = f.id)
    union all
    select coalesce(newer.settled_at, f.settled_at) from covered c join ingest.file f on f.id = c.file_id
      left join ingest.file newer on newer.id = f.superseded_by
     where f.state <> 'loaded'
  )
  select (select count(*) from ingest.file where state in ('received', 'loading')) as pending_files,
         (select min(since) from due) as due_since,
         (select max(greatest(received_at, settled_at)) from ingest.file) as last_change_at,
         exists (select from active) as running,
         exists (select from ingest.run where state = 'requested') as requested,
         exists (select from active)
           and (exists (select id from ingest.file where state = 'loaded'
                        except select file_id from ingest.run_file where run_id = (select id from active))
             or exists (select from ingest.run_file r join ingest.file f on f.id = r.file_id
                         where r.run_id = (select id from active) and f.state <> 'loaded')) as active_changed,
         exists (select id from ingest.file where state = 'loaded'
                 except select file_id from ingest.run_file where run_id = (select id from last_run))
           or exists (select from ingest.run_file r join ingest.file f on f.id = r.file_id
                       where r.run_id = (select id from last_run) and f.state <> 'loaded') as changed_since_last_run,
         last_run.state as outcome, last_run.ended_at
    from (select 1) one left join last_run on true`;

interface Row {
  pending_files: number;
  due_since: Date | null;
  last_change_at: Date | null;
  running: boolean;
  requested: boolean;
  active_changed: boolean;
  outcome: 'succeeded' | 'failed' | null;
  changed_since_last_run: boolean;
  ended_at: Date | null;
}

/** Looks at ledger and queue. A broker that cannot be asked leaves `queue` undefined: unknown is not empty. */
export async function observe(db: Queryable, depth: () => Promise<QueueDepth>): Promise<Observation> {
  // The queue first: what is accepted between the two looks then shows as pending.
  const queue = await depth().catch(() => undefined);
  const row = (await db.query<Row>(OBSERVE)).rows[0]!;
  return {
    pendingFiles: row.pending_files,
    queue,
    dueSince: row.due_since ?? undefined,
    lastChangeAt: row.last_change_at ?? undefined,
    running: row.running,
    requested: row.requested,
    activeChanged: row.active_changed,
    lastRun:
      row.outcome && row.ended_at
        ? { outcome: row.outcome, endedAt: row.ended_at, changedSince: row.changed_since_last_run }
        : undefined,
  };
}
