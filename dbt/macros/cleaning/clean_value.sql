{#- The value of a column's text, null where there is none: first what the client says that it means, then the reading of the
    kind. -#}
{% macro clean_value(column, text) -%}
{%- if column.get('open_end') or column.get('open_blank') -%}
case
      {%- if column.get('open_blank') %}
      when {{ text }} is null then date '9999-12-31'
      {%- endif %}
      {%- if column.get('open_end') %}
      when lower({{ text }}) in ({{ quoted_list(column['open_end']) }}) then date '9999-12-31'
      {%- endif %}
      else {{ read_kind(column, text) }}
    end
{%- elif column.get('values') -%}
case lower({{ text }})
      {%- for sent, meant in column['values'].items() %}
      when {{ quoted(sent) }} then {{ quoted(meant) }}
      {%- endfor %}
      else {{ read_kind(column, text) }}
    end
{%- else -%}
{{ read_kind(column, text) }}
{%- endif -%}
{%- endmacro %}

{% macro read_kind(column, text) -%}
{%- set kind = column['kind'] -%}
{%- if kind == 'name' and column.get('part') -%} {{ name_part(text, column['part']) }}
{%- elif kind in ('id', 'text', 'name') -%} {{ text }}
{%- elif kind == 'date' -%} {{ clean_date(text, column.get('formats'), column.get('day')) }}
{%- elif kind == 'birth_date' -%} {{ clean_date(text, column.get('formats'), column.get('day'), 'file.period_end') }}
{%- elif kind == 'sex' -%} {{ clean_word(text, 'sex') }}
{%- elif kind == 'state' -%} {{ clean_word(text, 'state') }}
{%- elif kind == 'zip' -%} {{ clean_zip(text) }}
{%- elif kind == 'phone' -%} {{ clean_phone(text) }}
{%- elif kind == 'email' -%} {{ clean_email(text) }}
{%- elif kind == 'amount' -%} {{ clean_amount(text, column.get('decimal')) }}
{%- elif kind == 'quantity' -%} {{ clean_quantity(text, column.get('decimal')) }}
{%- elif kind == 'integer' -%} {{ clean_integer(text) }}
{%- elif kind == 'npi' -%} {{ clean_npi(text) }}
{%- elif kind == 'diagnosis' -%} {{ clean_diagnosis(text) }}
{%- elif kind == 'hcpcs' -%} {{ clean_hcpcs(text) }}
{%- elif kind == 'modifier' -%} {{ clean_modifier(text) }}
{%- elif kind == 'ndc' -%} {{ clean_ndc(text) }}
{%- elif kind == 'place_of_service' -%} {{ clean_place_of_service(text) }}
{%- elif kind == 'revenue_code' -%} {{ clean_revenue_code(text) }}
{%- elif kind == 'bill_type' -%} {{ clean_bill_type(text) }}
{%- elif kind in ('record_type', 'claim_status', 'claim_type') -%} {{ clean_word(text, kind) }}
{%- else -%} {{ exceptions.raise_compiler_error("no kind of column is called '" ~ kind ~ "'") }}
{%- endif -%}
{%- endmacro %}
