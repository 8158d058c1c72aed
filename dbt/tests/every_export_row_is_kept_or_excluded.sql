-- Rows out: for every client, file type and period, export rows = eligibility or claim_line + excluded_row.
with row_in as (
  select client, file_type, period, sum(export_rows) as rows
  from {{ ref('int_export_total') }}
  group by client, file_type, period
),

row_out as (
  select client, file_type, period, count(*) as rows
  from (
    select client, 'patient_registration' as file_type, period from {{ ref('eligibility') }}
    union all
    select client, 'claims' as file_type, period from {{ ref('claim_line') }}
    union all
    select client, file_type, period from {{ ref('excluded_row') }}
  ) as kept_or_excluded
  group by client, file_type, period
)

select
  client,
  file_type,
  period,
  row_in.rows as rows_in,
  row_out.rows as rows_out
from row_in
full join row_out using (client, file_type, period)
where coalesce(row_in.rows, 0) <> coalesce(row_out.rows, 0)
