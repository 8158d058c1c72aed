-- Up Migration
-- The ledger: what was accepted, what became of it, and what every run of dbt covered.

create schema if not exists ingest;
create schema if not exists export;

create table ingest.run (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity unique,
  state text not null default 'requested' check (state in ('requested', 'running', 'succeeded', 'failed')),
  reason text not null check (reason in ('drained', 'max_delay', 'requested')),
  requested_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  -- What dbt said: models and tests passed and failed, and what failed. Never a row's values.
  summary jsonb,
  message text
);
-- At most one run is active and at most one more is asked for: two operators, or a restart, cannot start two.
create unique index run_one_running on ingest.run ((true)) where state = 'running';
create unique index run_one_requested on ingest.run ((true)) where state = 'requested';
create index run_ended on ingest.run (ended_at desc) where state in ('succeeded', 'failed');

create table ingest.file (
  id uuid primary key default gen_random_uuid(),
  -- The order of acceptance: "later" among files of one period means a higher sequence.
  sequence bigint generated always as identity unique,
  client text not null,
  file_type text not null check (file_type in ('patient_registration', 'claims')),
  period text not null check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  delivery text not null check (delivery in ('snapshot', 'incremental')),
  state text not null default 'received'
    check (state in ('received', 'loading', 'loaded', 'rejected', 'failed', 'superseded', 'deleted')),
  name text not null,
  format text not null check (format in ('csv', 'xlsx')),
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  storage_key text not null,
  columns text[] not null,
  drift jsonb not null default '{"added": [], "missing": []}',
  attempts integer not null default 0,
  rows_loaded bigint,
  rows_rejected bigint,
  -- Which way the rows took: 'copy' (bytes passed through), 'records' (parsed, tolerant) or 'workbook'.
  load_path text check (load_path in ('copy', 'records', 'workbook')),
  -- Why a file is rejected or failed: a code for programs, a sentence for people. Never a cell's value.
  reason text,
  message text,
  superseded_by uuid references ingest.file (id),
  run_id uuid references ingest.run (id),
  received_at timestamptz not null default clock_timestamp(),
  loading_at timestamptz,
  settled_at timestamptz,
  -- When the rows of a superseded or deleted file, and a deleted file's bytes, were taken out.
  purged_at timestamptz
);
-- "Already held" ignores failed, rejected, superseded and deleted files.
create unique index file_held on ingest.file (client, file_type, period, sha256)
  where state in ('received', 'loading', 'loaded');
create index file_state on ingest.file (state, sequence);
create index file_feed on ingest.file (client, file_type, period, sequence);
create index file_unpurged on ingest.file (id) where state in ('superseded', 'deleted') and purged_at is null;

create table ingest.outbox (
  id bigint generated always as identity primary key,
  file_id uuid not null references ingest.file (id),
  routing_key text not null,
  created_at timestamptz not null default clock_timestamp()
);
create index outbox_file on ingest.outbox (file_id);

create table ingest.rejected_row (
  file_id uuid not null references ingest.file (id),
  row_number bigint not null,
  reason text not null,
  message text not null,
  -- The record as it came, as far as it could be decoded.
  raw text not null,
  primary key (file_id, row_number)
);

create table ingest.run_file (
  run_id uuid not null references ingest.run (id) on delete cascade,
  file_id uuid not null references ingest.file (id),
  primary key (run_id, file_id)
);

create table ingest.run_artifact (
  run_id uuid not null references ingest.run (id) on delete cascade,
  name text not null,
  content_type text not null,
  body bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (run_id, name)
);

create table ingest.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  file_id uuid,
  run_id uuid,
  detail jsonb not null default '{}'
);

-- Down Migration
drop schema ingest cascade;
drop schema export cascade;
