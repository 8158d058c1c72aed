{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- What came in: rows and dollars of every file, counted on the export tables themselves. The conservation tests hold the marts against it.
{%- set files = files_to_add() %}
with total as (
  {%- for feed in feeds() %}
  {{ export_total(source('export', feed.export), feed.charge, feed.decimal, files) }}
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- else %}
  {{ no_export_total() }}
  {%- endfor %}
)

select
  file.file_id,
  file.client,
  file.file_type,
  file.period,
  coalesce(total.export_rows, 0) as export_rows,
  cast(case when file.file_type = 'claims' then coalesce(total.charge_amount, 0) end as numeric(38, 2)) as charge_amount,
  case when file.file_type = 'claims' then coalesce(total.unreadable_charges, 0) end as unreadable_charges
from {{ ref('covered_file') }} as file
left join total on total.file_id = file.file_id
where {{ is_one_of('file.file_id', files) }}
