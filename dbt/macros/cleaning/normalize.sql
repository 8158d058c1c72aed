{#- The normalize step of one feed: every canonical column of the file type, null where the client has none (`names` are
    those that its staging model has), and flags for what does not fit together in a row (cross_checks.sql). -#}
{% macro normalize(client, file_type, names) -%}
{%- set canonical = canonical_columns(file_type) -%}
select
  entry.file_id,
  entry.row_number,
  entry.client,
  entry.period,
  entry.file_order,
  {%- for column in canonical %}
  entry.{{ column['name'] }},
  {%- endfor %}
  {%- if file_type == 'claims' %}
  {{ 'true' if 'claim_line_number' in names else 'false' }} as line_is_given,
  {%- endif %}
  {{ flags_with_checks(file_type) }} as flags,
  entry.row_hash
from (
  select
    staged.file_id,
    staged.row_number,
    staged.client,
    staged.period,
    staged.file_order,
    {%- for column in canonical %}
    {{ normalized(column, names) }} as {{ column['name'] }},
    {%- endfor %}
    staged.flags,
    staged.row_hash
  from {{ ref('stg_' ~ client ~ '__' ~ file_type) }} as staged
) as entry
{%- if file_type == 'patient_registration' %}
  {{ zip_states() }}
{%- endif %}
{%- endmacro %}

{% macro normalized(column, names) -%}
{%- set name = column['name'] -%}
{%- set value = 'staged.' ~ name -%}
{%- if name == 'record_type' -%}
{{ "coalesce(staged.record_type, 'original')" if name in names else "cast('original' as text)" }}
{%- elif name in ('first_name', 'middle_name', 'last_name') and 'first_name' in names and 'last_name' in names -%}
case
      when {{ holds_full_name('staged.last_name', 'staged.first_name') }}
      then {% if name == 'middle_name' and name in names %}coalesce({{ value }}, {{ name_part('staged.last_name', name) }}){% else %}{{ name_part('staged.last_name', name) }}{% endif %}
      else {% if name in names %}{{ value }}{% else %}cast(null as text){% endif %}
    end
{%- elif name not in names -%}
cast(null as {{ column['type'] }})
{%- elif name == 'original_claim_id' -%}
{#- What clients write where there is no original. -#}
case when {{ value }} !~* '^(0+|n/?a|none|null|-+)$' then {{ value }} end
{%- else -%}
{{ value }}
{%- endif -%}
{%- endmacro %}
