{{ config(materialized='table', unlogged=true, post_hook="analyze {{ this }}") }}

-- The files that this run reads: those that were written down when it started or, by hand without a run, every loaded one.
-- depends_on: {{ source('ingest', 'run_file') }}
{#- Only when it runs: what dbt has parsed then holds for every run. -#}
{%- set run_id = env_var('WAYMARK_RUN_ID', '') if execute %}

select
  file.id as file_id,
  file.client,
  file.file_type,
  file.period,
  cast(to_date(file.period, 'YYYY-MM') + interval '1 month - 1 day' as date) as period_end,
  -- "Later" among files: by period, then by order of acceptance. One number, the same in every run, so that it can be kept,
  -- compared and indexed: 202307 and sequence 42 make 2023070000000042.
  cast(replace(file.period, '-', '') as bigint) * 10000000000 + file.sequence as file_order,
  file.name,
  file.state,
  file.received_at,
  file.rows_loaded,
  file.rows_rejected,
  file.drift
from {{ source('ingest', 'file') }} as file
{%- if run_id %}
inner join {{ source('ingest', 'run_file') }} as run_file
  on run_file.file_id = file.id and run_file.run_id = cast('{{ run_id }}' as uuid)
{%- else %}
where file.state = 'loaded'
{%- endif %}
