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
  total.unreadable_charges,
  cast(file.drift ->> 'compared_with' as uuid) as compared_with_file_id,
{%- for kind in ['added', 'missing', 'appeared', 'vanished'] %}
  (select string_agg(c.name, ', ' order by c.place)
    from jsonb_array_elements_text(file.drift -> '{{ kind }}') with ordinality as c (name, place)) as columns_{{ kind }},
{%- endfor %}
  (select string_agg((c.entry ->> 'column') || ' (likely ' || (c.entry ->> 'likely_from') || ')', ', ' order by c.place)
    from jsonb_array_elements(file.drift -> 'renamed') with ordinality as c (entry, place)) as columns_renamed,
  (select string_agg(c.entry ->> 'column', ', ' order by c.place)
    from jsonb_array_elements(file.drift -> 'mostly_null') with ordinality as c (entry, place)) as columns_mostly_null
from {{ ref('covered_file') }} as file
inner join {{ ref('int_export_total') }} as total on total.file_id = file.file_id
left join kept on kept.file_id = file.file_id
left join excluded on excluded.file_id = file.file_id
left join flagged on flagged.file_id = file.file_id
