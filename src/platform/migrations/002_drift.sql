-- Up Migration
-- What a file is compared by with the file before it in its feed. `drift` keeps its first keys, `added` and `missing`; a
-- file that is loaded has more of them (src/files/drift.ts).

-- {"rows": rows looked at, "of": {column: share of them without a value}}; null for files loaded before this was measured.
alter table ingest.file add column null_shares jsonb;

-- Down Migration
alter table ingest.file drop column null_shares;
