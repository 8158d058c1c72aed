-- Up Migration
-- When a run's marts took the place of the earlier ones, written in the very transaction that swaps them: whatever becomes of
-- the process afterwards, the run has done its work.

alter table ingest.run add column published_at timestamptz;

-- Down Migration
alter table ingest.run drop column published_at;
