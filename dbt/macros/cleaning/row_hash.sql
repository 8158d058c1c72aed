{#- One number for all that the client sent in a row, so that rows identical in every column share it. Used together with
    the row's file and key, which makes an accidental equality of 64 bits a matter of a handful of rows, not of millions.
    The columns are the table's at run time: those that a later file added count too. Where no table can be asked (a unit
    test's rows, a dry run) the row's JSON is hashed instead. -#}
{% macro row_hash(alias, relation) -%}
{%- set lineage = ['_file_id', '_row_number', '_loaded_at'] -%}
{%- set columns = adapter.get_columns_in_relation(relation) if execute and not relation.is_cte else [] -%}
{%- if columns -%}
hash_record_extended(row(
  {%- for column in columns if column.name not in lineage -%}
  {%- if not loop.first %}, {% endif %}{{ alias }}.{{ adapter.quote(column.name) }}
  {%- endfor -%}
), 0)
{%- else -%}
jsonb_hash_extended(to_jsonb({{ alias }}) - array['{{ lineage | join("', '") }}'], 0)
{%- endif -%}
{%- endmacro %}
