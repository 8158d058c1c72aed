{#- Schemas are called what the models say. Only the marts move: run.py builds them in a schema beside the live one,
    named by WAYMARK_MART_SCHEMA, and swaps the two when everything has passed. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name == 'mart' -%}
    {{ env_var('WAYMARK_MART_SCHEMA', 'mart') }}
  {%- else -%}
    {{ custom_schema_name or target.schema }}
  {%- endif -%}
{%- endmacro %}
