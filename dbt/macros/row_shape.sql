{#- What the normalize step makes of a row of any client, in its order: names and types of columns. -#}
{% macro normalized_columns(file_type) -%}
  {%- set columns = [
    {'name': 'file_id', 'type': 'uuid'},
    {'name': 'row_number', 'type': 'bigint'},
    {'name': 'client', 'type': 'text'},
    {'name': 'period', 'type': 'text'},
    {'name': 'file_order', 'type': 'bigint'},
  ] + canonical_columns(file_type) -%}
  {%- if file_type == 'claims' -%}
    {%- do columns.append({'name': 'line_is_given', 'type': 'boolean'}) -%}
  {%- endif -%}
  {{ return(columns + [{'name': 'flags', 'type': 'jsonb'}, {'name': 'row_hash', 'type': 'bigint'}]) }}
{%- endmacro %}

{#- A select of these columns and of no row: what stands where there is no feed to read. -#}
{% macro no_rows(columns) -%}
select
  {%- for column in columns %}
  cast(null as {{ column.type }}) as {{ column.name }}{{ ',' if not loop.last }}
  {%- endfor %}
where false
{%- endmacro %}
