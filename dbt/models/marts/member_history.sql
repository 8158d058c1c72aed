{%- set attributes = [
  'subscriber_id', 'person_code', 'first_name', 'middle_name', 'last_name', 'birth_date', 'death_date', 'sex', 'race', 'ethnicity',
  'address', 'city', 'state', 'zip_code', 'phone', 'email', 'enrollment_end_date', 'plan', 'line_of_business', 'pcp_npi',
] -%}
-- What the files said of each member over time. A period's last word counts: a correction of the same period takes the place
-- of what it corrects, as if it had been so from the beginning.
with entry as (
  select distinct on (client, member_id, period)
    *
  from {{ ref('int_registration') }}
  where exclusion_reason is null
  order by client, member_id, period, file_order desc, enrollment_end_date desc nulls last, row_number desc
),

compared as (
  select
    entry.*,
    lag(file_id) over member is null as is_first,
    {%- for attribute in attributes %}
    case when {{ attribute }} is distinct from lag({{ attribute }}) over member then '{{ attribute }}' end
      as changed_{{ attribute }}{{ ',' if not loop.last }}
    {%- endfor %}
  from entry
  window member as (partition by client, member_id order by period)
),

changed as (
  select
    compared.*,
    case
      when not is_first then concat_ws(
        ', ',
        {%- for attribute in attributes %}
        changed_{{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}
      )
    end as changed_columns
  from compared
)

select
  client,
  member_id,
  to_date(period, 'YYYY-MM') as valid_from,
  coalesce(
    lead(to_date(period, 'YYYY-MM')) over (partition by client, member_id order by period) - 1,
    cast('9999-12-31' as date)
  ) as valid_to,
  changed_columns,
  {{ attributes | join(',\n  ') }},
  period,
  file_id,
  row_number
from changed
where is_first or changed_columns <> ''
