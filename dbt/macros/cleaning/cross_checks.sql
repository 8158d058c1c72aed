{#- The flags of a row, and behind them those of what does not fit together in it. Here nothing is set to null: which of two
    values is wrong cannot be known. `raw` is the value of the column that is named. -#}
{% macro flags_with_checks(file_type) -%}
case
    when
      {%- for check in cross_checks(file_type).split() %}
      ({{ does_not_fit(check) }})
      {%- if not loop.last %} or{% endif %}
      {%- endfor %}
    then coalesce(entry.flags, '[]') || jsonb_path_query_array(
      jsonb_build_array(
        {%- for check in cross_checks(file_type).split() %}
        case
          when {{ does_not_fit(check) }}
          then jsonb_build_object('column', '{{ column_of(check) }}', 'rule', '{{ check }}', 'raw', cast(entry.{{ column_of(check) }} as text))
        end
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
      ),
      '$[*] ? (@ != null)'
    )
    else entry.flags
  end
{%- endmacro %}

{#- The checks of a file type. A macro can only give text: a list with spaces between. -#}
{% macro cross_checks(file_type) -%}
{%- if file_type == 'patient_registration' -%}
zip_not_in_state age_not_of_birth_date end_before_start death_before_birth birth_after_start
{%- else -%}
service_end_before_start paid_before_service
{%- endif -%}
{%- endmacro %}

{#- The column a flag of this check names. -#}
{% macro column_of(check) -%}
{{ {
  'zip_not_in_state': 'zip_code', 'age_not_of_birth_date': 'birth_date', 'end_before_start': 'enrollment_end_date',
  'death_before_birth': 'death_date', 'birth_after_start': 'birth_date', 'service_end_before_start': 'service_end_date',
  'paid_before_service': 'paid_date',
}[check] }}
{%- endmacro %}

{% macro does_not_fit(check) -%}
{%- if check == 'zip_not_in_state' -%}
entry.zip_code is not null and strpos(coalesce(reference.zip_states ->> left(entry.zip_code, 3), ''), entry.state) = 0
{%- elif check == 'age_not_of_birth_date' -%}
{#- Within two months, for clients count up to the day they write the file, or round. -#}
abs(
        entry.age_in_months
        - (cast(left(entry.period, 4) as integer) - cast(extract(year from entry.birth_date) as integer)) * 12
        - (cast(right(entry.period, 2) as integer) - cast(extract(month from entry.birth_date) as integer))
      ) > 2
{%- elif check == 'end_before_start' -%}
entry.enrollment_end_date < entry.enrollment_start_date
{%- elif check == 'death_before_birth' -%}
entry.death_date < entry.birth_date
{%- elif check == 'birth_after_start' -%}
{#- A newborn is often enrolled from the first of the month. -#}
entry.enrollment_start_date <= entry.birth_date - cast(extract(day from entry.birth_date) as integer)
{%- elif check == 'service_end_before_start' -%}
entry.service_end_date < entry.service_start_date
{%- elif check == 'paid_before_service' -%}
entry.paid_date < entry.service_start_date
{%- endif -%}
{%- endmacro %}

{#- Which states the first three digits of a ZIP code are in, joined as one row. -#}
{% macro zip_states() -%}
cross join (
  select jsonb_object_agg(zip_prefix, states) as zip_states
  from (
    select zip_prefix, string_agg(state, ' ') as states
    from {{ ref('zip_prefix_state') }}
    group by zip_prefix
  ) as prefix
) as reference
{%- endmacro %}
