-- What became of every file of the run: rows and dollars in, kept and kept out.
with kept as (
  select file_id, count(*) as kept_rows, cast(null as numeric) as charge_amount
  from {{ ref('eligibility') }}
  group by file_id
  union all
  select file_id, count(*) as kept_rows, sum(charge_amount) as charge_amount
  from {{ ref('claim_line') }}
  group by file_id
),

excluded as (
  select file_id, count(*) as excluded_rows, sum(charge_amount) as charge_amount
  from {{ ref('excluded_row') }}
  group by file_id
),

flagged as (
  select file_id, count(*) as flags
  from {{ ref('flag') }}
  group by file_id
)

select
  file.client,
  file.file_type,
  file.period,
  file.file_id,
  file.name as file_name,
  file.state,
  file.received_at,
  coalesce(file.rows_loaded, 0) as rows_loaded,
  coalesce(file.rows_rejected, 0) as rows_rejected,
  total.export_rows,
  case when file.file_type = 'patient_registration' then coalesce(kept.kept_rows, 0) else 0 end as eligibility_rows,
  case when file.file_type = 'claims' then coalesce(kept.kept_rows, 0) else 0 end as claim_line_rows,
  coalesce(excluded.excluded_rows, 0) as excluded_rows,
  coalesce(flagged.flags, 0) as flags,
  total.charge_amount as charge_amount_in,
  cast(case when file.file_type = 'claims' then coalesce(kept.charge_amount, 0) end as numeric(38, 2)) as charge_amount_kept,
  cast(case when file.file_type = 'claims' then coalesce(excluded.charge_amount, 0) end as numeric(38, 2))
    as charge_amount_excluded,
  total.unreadable_charges
from {{ ref('covered_file') }} as file
inner join {{ ref('int_export_total') }} as total on total.file_id = file.file_id
left join kept on kept.file_id = file.file_id
left join excluded on excluded.file_id = file.file_id
left join flagged on flagged.file_id = file.file_id
