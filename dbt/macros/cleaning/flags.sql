{#- What cleaning found wrong, as a list {column, rule, raw} or null. Three sorts of rules:
      invalid_…  there is text, and the kind cannot read it
      unknown_…  it was read, or can stand as it is, but the reference list (dbt/seeds) does not have it: the value stays
      birth_date_out_of_range -#}
{% macro flags_of(columns) -%}
case
    when
      {%- for column in columns %}
      {%- for rule in rules_of(column['kind']).split() %}
      ({{ is_broken(column, rule) }}) or
      {%- endfor %}
      {%- endfor %}
      false
    then jsonb_path_query_array(
      jsonb_build_array(
        {%- for column in columns %}
        {%- for rule in rules_of(column['kind']).split() %}
        case
          when {{ is_broken(column, rule) }}
          then jsonb_build_object('column', '{{ column['name'] }}', 'rule', '{{ rule }}', 'raw', value.{{ column['name'] }}__sent)
        end,
        {%- endfor %}
        {%- endfor %}
        null
      ),
      '$[*] ? (@ != null)'
    )
  end
{%- endmacro %}

{#- The rules that values of a kind are held against. A macro can only give text: a list with spaces between. -#}
{% macro rules_of(kind) -%}
{{ {
  'date': 'invalid_date', 'birth_date': 'invalid_date birth_date_out_of_range',
  'state': 'invalid_state', 'zip': 'invalid_zip', 'phone': 'invalid_phone', 'email': 'invalid_email', 'sex': 'invalid_sex',
  'amount': 'invalid_amount', 'quantity': 'invalid_number', 'integer': 'invalid_number', 'npi': 'invalid_npi',
  'diagnosis': 'invalid_diagnosis_code', 'hcpcs': 'invalid_hcpcs_code', 'modifier': 'invalid_modifier', 'ndc': 'invalid_ndc_code',
  'place_of_service': 'invalid_place_of_service unknown_place_of_service',
  'revenue_code': 'invalid_revenue_code unknown_revenue_code', 'bill_type': 'invalid_bill_type',
  'record_type': 'unknown_record_type', 'claim_status': 'unknown_claim_status', 'claim_type': 'unknown_claim_type',
}.get(kind, '') }}
{%- endmacro %}

{% macro is_broken(column, rule) -%}
{%- set value = 'value.' ~ column['name'] -%}
{%- if rule == 'birth_date_out_of_range' -%}
not {{ in_birth_range(value) }}
{%- elif rule == 'unknown_place_of_service' -%}
{{ value }} is not null and value.place_of_service_list ->> {{ value }} is null
{%- elif rule == 'unknown_revenue_code' -%}
{{ value }} is not null and value.revenue_code_list ->> left({{ value }}, 3) is null
{%- else -%}
{{ value }} is null and {{ value }}__text is not null
{%- endif -%}
{%- endmacro %}

{#- What stands in the column at the end. -#}
{% macro kept_value(column) -%}
{%- set value = 'value.' ~ column['name'] -%}
{%- set text = value ~ '__text' -%}
{%- if column['kind'] == 'birth_date' -%}
case when {{ in_birth_range(value) }} then {{ value }} end
{%- elif column['kind'] == 'sex' -%}
coalesce({{ value }}, 'unknown')
{%- elif column['kind'] == 'record_type' -%}
coalesce({{ value }}, case when {{ text }} is not null then 'original' end)
{%- elif column['kind'] in ('claim_status', 'claim_type') -%}
coalesce({{ value }}, {{ text }})
{%- else -%}
{{ value }}
{%- endif -%}
{%- endmacro %}

{#- Nobody enrolled was born before 1900, nor after the last day of the month that the file covers. -#}
{% macro in_birth_range(birth_date) -%}
({{ birth_date }} between date '1900-01-01' and value.period_end)
{%- endmacro %}
