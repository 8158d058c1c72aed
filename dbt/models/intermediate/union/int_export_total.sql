{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- What came in, file by file, counted on the export tables themselves: rows, and dollars read by a second parser.
-- The conservation tests hold the marts against it.
{%- set files = files_to_add() %}
with
{%- for feed in feeds() %}
{{ feed.export }} as (
  select
    export._file_id as file_id,
    count(*) as export_rows,
    {%- if feed.charge %}
    sum(amount.dollars) as charge_amount,
    count(*) filter (where amount.is_unreadable) as unreadable_charges
    {%- else %}
    cast(null as numeric) as charge_amount,
    cast(null as bigint) as unreadable_charges
    {%- endif %}
  from {{ source('export', feed.export) }} as export
  {%- if feed.charge %}
  cross join lateral ({{ independent_amount('export."' ~ feed.charge ~ '"', feed.decimal) }}) as amount
  {%- endif %}
  where {{ is_one_of('export._file_id', files) }}
  group by export._file_id
),
{%- endfor %}

total as (
  {%- for feed in feeds() %}
  select * from {{ feed.export }}
  {%- if not loop.last %}
  union all
  {%- endif %}
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
