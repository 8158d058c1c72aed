{#- dbt calls this for the rows that a unit test gives. Its own macro of this name asks the database for their columns, and fails
    where there is no such table: those of the client `example` are listed instead. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
  {%- set columns = example_columns(model.name) -%}
  {%- if not columns -%}
    {{ return(dbt.get_fixture_sql(rows, column_name_to_data_types)) }}
  {%- endif -%}
  {%- set types = {} -%}
  {%- for column in columns -%}
    {%- do types.update({column.name: column.type}) -%}
  {%- endfor -%}
{%- for row in rows %}
{%- set given = format_row(row, types) %}
{{ 'union all' if not loop.first }}
select
  {%- for column in columns %}
  {{ given.get(column.name, 'cast(null as ' ~ column.type ~ ')') }} as {{ column.name }}{{ ',' if not loop.last }}
  {%- endfor %}
{%- else %}
{{ no_rows(columns) }}
{%- endfor %}
{%- endmacro %}
