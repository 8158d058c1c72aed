{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- What the lines of each iteration of a claim name as diagnoses: each code once, numbered as the file lists them.
{%- set columns = [] %}
{%- for number in range(1, 13) %}{% do columns.append('diagnosis_code_' ~ number) %}{% endfor %}
with line as (
  select *
  {{ from_lines_to_add() }}
),

-- Lines of one claim mostly name the same codes: told apart first, there are fewer to be split.
listed as (
  select
    client,
    claim_id,
    member_id,
    file_id,
    {{ columns | join(', ') }},
    min(row_number) as row_number
  from line
  where num_nonnulls({{ columns | join(', ') }}) > 0
  group by client, claim_id, member_id, file_id, {{ columns | join(', ') }}
),

named as (
  select
    listed.client,
    listed.claim_id,
    listed.member_id,
    listed.file_id,
    listed.row_number,
    code.place,
    code.code as source_code,
    code.code as normalized_code
  from listed
  cross join lateral (
    values
    {%- for column in columns %}
    ({{ loop.index }}, listed.{{ column }}){{ ',' if not loop.last }}
    {%- endfor %}
  ) as code (place, code)
  where code.code is not null
  union all
  -- What is no code stands in the flags as it came.
  select
    line.client,
    line.claim_id,
    line.member_id,
    line.file_id,
    line.row_number,
    cast(substring(flag ->> 'column' from '\d+$') as integer) as place,
    flag ->> 'raw' as source_code,
    null as normalized_code
  from line
  cross join lateral jsonb_array_elements(line.flags) as flag
  where line.flags is not null and flag ->> 'rule' = 'invalid_diagnosis_code'
),

named_first as (
  select distinct on (file_id, claim_id, source_code)
    *
  from named
  order by file_id, claim_id, source_code, row_number, place
)

select
  file_id,
  row_number,
  client,
  claim_id,
  cast(row_number() over (partition by file_id, claim_id order by row_number, place) as integer) as diagnosis_position,
  member_id,
  source_code,
  normalized_code
from named_first
