-- Rows in: what the ledger counted as loaded is what the export tables hold now, file by file, and what was read of them.
with export as (
  {%- for feed in feeds() %}
  select _file_id as file_id, count(*) as rows
  from {{ source('export', feed.export) }}
  group by _file_id
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- else %}
  {{ no_rows([{'name': 'file_id', 'type': 'uuid'}, {'name': 'rows', 'type': 'bigint'}]) }}
  {%- endfor %}
)

select
  audit.file_id,
  audit.rows_loaded,
  audit.export_rows,
  export.rows
from {{ ref('file_audit') }} as audit
left join export on export.file_id = audit.file_id
where audit.rows_loaded <> coalesce(export.rows, 0) or audit.export_rows <> coalesce(export.rows, 0)
