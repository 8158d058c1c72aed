-- Rows in: what the ledger counted as rejected is listed, row by row with its reason.
with listed as (
  select file_id, count(*) as rows
  from {{ source('ingest', 'rejected_row') }}
  group by file_id
)

select
  file.file_id,
  file.rows_rejected,
  listed.rows as rows_listed
from {{ ref('covered_file') }} as file
left join listed on listed.file_id = file.file_id
where file.rows_rejected <> coalesce(listed.rows, 0)
