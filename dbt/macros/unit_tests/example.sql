{#- `example` is the client of the unit tests: it sends every canonical column, under that name. No feed describes it and no
    database has its tables, so the tests are the same whatever clients there are. -#}

{#- What stands for its export tables, and what its models hold; null for any other name. -#}
{% macro example_columns(name) -%}
  {%- for file_type in ['patient_registration', 'claims'] -%}
    {%- if name == 'example_' ~ file_type -%}
      {{ return(exported_columns(file_type)) }}
    {%- elif name in ['stg_example__' ~ file_type, 'int_example__' ~ file_type] -%}
      {{ return(normalized_columns(file_type)) }}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro exported_columns(file_type) -%}
  {%- set columns = [{'name': '_file_id', 'type': 'uuid'}, {'name': '_row_number', 'type': 'bigint'}] -%}
  {%- for column in canonical_columns(file_type) -%}
    {%- do columns.append({'name': column.name, 'type': 'text'}) -%}
  {%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}

{#- Its clean step: every canonical column, from the column of that name. -#}
{% macro clean_example(file_type) -%}
  {%- set columns = [] -%}
  {%- for column in canonical_columns(file_type) -%}
    {%- do columns.append({'name': column.name, 'kind': column.kind, 'from': [column.name]}) -%}
  {%- endfor -%}
{{ clean_source('example', file_type, columns, ref('example_' ~ file_type)) }}
{%- endmacro %}
