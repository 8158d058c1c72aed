-- Up Migration
-- Who did what, to which file, when and from where. Rows are only ever added: not even who owns the table changes one by
-- mistake.

alter table ingest.audit
  add column address inet,
  add column client text;
create index audit_file on ingest.audit (file_id, id) where file_id is not null;

create function ingest.audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'ingest.audit is append only: % is not possible', lower(tg_op) using errcode = 'insufficient_privilege';
end $$;

create trigger audit_append_only before update or delete or truncate on ingest.audit
  for each statement execute function ingest.audit_is_append_only();

-- Down Migration
drop trigger audit_append_only on ingest.audit;
drop function ingest.audit_is_append_only();
drop index ingest.audit_file;
alter table ingest.audit drop column client, drop column address;
