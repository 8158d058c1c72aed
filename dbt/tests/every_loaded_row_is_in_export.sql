-- Rows in: what the ledger counted as loaded is what the export tables hold, file by file.
select
  file_id,
  rows_loaded,
  export_rows
from {{ ref('file_audit') }}
where rows_loaded <> export_rows
