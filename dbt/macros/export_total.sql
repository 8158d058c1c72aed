{#- What came in, file by file, counted on an export table itself: rows, and where a column says what was billed, its dollars, read
    by the second parser. `files` as in is_one_of. -#}
{% macro export_total(export, charge, decimal, files=none) -%}
select
    export._file_id as file_id,
    count(*) as export_rows,
    {%- if charge %}
    sum(amount.dollars) as charge_amount,
    count(*) filter (where amount.is_unreadable) as unreadable_charges
    {%- else %}
    cast(null as numeric) as charge_amount,
    cast(null as bigint) as unreadable_charges
    {%- endif %}
  from {{ export }} as export
  {%- if charge %}
  cross join lateral ({{ independent_amount('export."' ~ charge ~ '"', decimal) }}) as amount
  {%- endif %}
  where {{ is_one_of('export._file_id', files) }}
  group by export._file_id
{%- endmacro %}

{#- The same where there is no export table. -#}
{% macro no_export_total() -%}
{{ no_rows([
  {'name': 'file_id', 'type': 'uuid'},
  {'name': 'export_rows', 'type': 'bigint'},
  {'name': 'charge_amount', 'type': 'numeric'},
  {'name': 'unreadable_charges', 'type': 'bigint'},
]) }}
{%- endmacro %}
