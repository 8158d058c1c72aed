{#- The clean step of one export table: every row of the files that this run covers, with values in place of text.

    `columns` lists (name, column of the export table, kind). Kinds: text, date, birth_date, state, zip, phone, email,
    sex, amount, quantity, integer. A value that its kind cannot read becomes null, and `flags` (null for a clean row) holds
    an object {column, rule, raw} for it.

    Three nested selects, kept apart by `offset 0` so that the planner does not copy an expression into each of its uses:
    text without odd spaces → values → flags. -#}
{% macro clean_source(client, file_type, columns) -%}
{%- set export = source('export', file_type ~ '_' ~ client) -%}
{%- set rules = {
  'date': 'invalid_date', 'birth_date': 'invalid_date', 'state': 'invalid_state', 'zip': 'invalid_zip',
  'phone': 'invalid_phone', 'email': 'invalid_email', 'sex': 'invalid_sex', 'amount': 'invalid_amount', 'quantity': 'invalid_number',
} -%}
select
  value.file_id,
  value.row_number,
  cast('{{ client }}' as text) as client,
  value.period,
  value.file_order,
  {%- for name, column, kind in columns %}
  {% if kind == 'birth_date' -%}
  case when {{ in_birth_range(name) }} then value.{{ name }} end as {{ name }}
  {%- elif kind == 'sex' -%}
  coalesce(value.{{ name }}, 'unknown') as {{ name }}
  {%- else -%}
  value.{{ name }}
  {%- endif %},
  {%- endfor %}
  {%- set flags = [] %}
  {%- for name, column, kind in columns if kind in rules %}
    {%- do flags.append((name, "value." ~ name ~ " is null and value." ~ name ~ "__text is not null", rules[kind])) %}
    {%- if kind == 'birth_date' %}
      {%- do flags.append((name, "not " ~ in_birth_range(name), 'birth_date_out_of_range')) %}
    {%- endif %}
  {%- endfor %}
  {% if flags -%}
  case
    when
      {%- for name, condition, rule in flags %}
      {% if not loop.first %}or {% endif %}({{ condition }})
      {%- endfor %}
    then jsonb_path_query_array(
      jsonb_build_array(
        {%- for name, condition, rule in flags %}
        case when {{ condition }} then jsonb_build_object('column', '{{ name }}', 'rule', '{{ rule }}', 'raw', value.{{ name }}__raw) end
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
      ),
      '$[*] ? (@ != null)'
    )
  end as flags,
  {%- else -%}
  cast(null as jsonb) as flags,
  {%- endif %}
  value.row_hash
from (
  select
    cell.file_id,
    cell.row_number,
    cell.period,
    cell.period_end,
    cell.file_order,
    {%- for name, column, kind in columns %}
    {{ clean_value('cell.' ~ name, kind) }} as {{ name }},
    {%- if kind in rules %}
    cell.{{ name }} as {{ name }}__text,
    cell.{{ name }}__raw,
    {%- endif %}
    {%- endfor %}
    cell.row_hash
  from (
    select
      export._file_id as file_id,
      export._row_number as row_number,
      file.period,
      file.period_end,
      file.file_order,
      {%- for name, column, kind in columns %}
      {{ clean_text('export.' ~ column) }} as {{ name }},
      {%- if kind in rules %}
      export.{{ column }} as {{ name }}__raw,
      {%- endif %}
      {%- endfor %}
      {{ row_hash('export', export) }} as row_hash
    from {{ export }} as export
    inner join {{ ref('covered_file') }} as file on file.file_id = export._file_id
    offset 0
  ) as cell
  offset 0
) as value
{%- endmacro %}

{% macro clean_value(text, kind) -%}
  {%- if kind == 'text' -%} {{ text }}
  {%- elif kind in ('date', 'birth_date') -%} {{ clean_date(text) }}
  {%- elif kind == 'state' -%} {{ clean_state(text) }}
  {%- elif kind == 'zip' -%} {{ clean_zip(text) }}
  {%- elif kind == 'phone' -%} {{ clean_phone(text) }}
  {%- elif kind == 'email' -%} {{ clean_email(text) }}
  {%- elif kind == 'sex' -%} {{ clean_sex(text) }}
  {%- elif kind == 'amount' -%} cast({{ clean_amount(text) }} as numeric(18, 2))
  {%- elif kind == 'quantity' -%} cast({{ clean_quantity(text) }} as numeric(15, 3))
  {%- elif kind == 'integer' -%} {{ clean_integer(text) }}
  {%- else -%} {{ exceptions.raise_compiler_error("no kind of column is called '" ~ kind ~ "'") }}
  {%- endif -%}
{%- endmacro %}

{#- Nobody enrolled was born before 1900, nor after the last day of the month that the file covers. -#}
{% macro in_birth_range(name) -%}
(value.{{ name }} between date '1900-01-01' and value.period_end)
{%- endmacro %}

{#- One number for all that the client sent in a row, so that rows identical in every column share it. Used together with
    the row's file and key, which makes an accidental equality of 64 bits a matter of a handful of rows, not of millions.
    The columns are the table's at run time: those that a later file added count too. -#}
{% macro row_hash(alias, relation) -%}
{%- set lineage = ['_file_id', '_row_number', '_loaded_at'] -%}
{%- set columns = [] -%}
{%- if execute and not relation.is_cte -%}
  {%- for column in adapter.get_columns_in_relation(relation) if column.name not in lineage -%}
    {%- do columns.append(alias ~ '.' ~ adapter.quote(column.name)) -%}
  {%- endfor -%}
{%- endif -%}
{%- if columns -%}
hash_record_extended(row({{ columns | join(', ') }}), 0)
{%- else -%}
jsonb_hash_extended(to_jsonb({{ alias }}) - array['{{ lineage | join("', '") }}'], 0)
{%- endif -%}
{%- endmacro %}
