{{ config(indexes=[{'columns': ['claim_id']}]) }}

-- What the lines of a claim name as diagnoses: each code once a claim, numbered as the file lists them.
{%- set columns = [] %}
{%- for number in range(1, 13) %}{% do columns.append('diagnosis_code_' ~ number) %}{% endfor %}
-- Lines of one claim mostly name the same codes: told apart first, there are fewer to be split.
with listed as (
  select
    client,
    claim_id,
    member_id,
    file_id,
    {{ columns | join(', ') }},
    min(row_number) as row_number
  from {{ ref('claim_line') }}
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
  -- What is no code stands in flag as it came.
  select
    line.client,
    line.claim_id,
    line.member_id,
    line.file_id,
    line.row_number,
    cast(substring(flag.column_name from '\d+$') as integer) as place,
    flag.raw_value as source_code,
    null as normalized_code
  from {{ ref('flag') }} as flag
  inner join {{ ref('claim_line') }} as line on line.file_id = flag.file_id and line.row_number = flag.row_number
  where flag.rule = 'invalid_diagnosis_code'
),

named_first as (
  select distinct on (client, claim_id, source_code)
    *
  from named
  order by client, claim_id, source_code, row_number, place
)

select
  client,
  claim_id,
  cast(row_number() over (partition by client, claim_id order by row_number, place) as integer) as diagnosis_position,
  member_id,
  source_code,
  normalized_code,
  file_id,
  row_number
from named_first
