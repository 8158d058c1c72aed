{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- Every registration row of every client in one shape, and why it stays out of the marts, if it does.
{%- set files = files_to_add('patient_registration') %}
select
  registration.*,
  case
    when member_id is null then 'missing_key'
    when row_number() over (partition by file_id, member_id, row_hash order by row_number) > 1 then 'duplicate'
  end as exclusion_reason
-- No CTE: what holds a volatile function, as cleaning does, would be written down as a whole before it is sorted.
from (
  {%- for feed in feeds('patient_registration') %}
  select * from {{ ref('int_' ~ feed.client ~ '__patient_registration') }}
  where {{ is_one_of('file_id', files) }}
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- else %}
  {{ no_rows(normalized_columns('patient_registration')) }}
  {%- endfor %}
) as registration
