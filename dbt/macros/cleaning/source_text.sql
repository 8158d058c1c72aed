{#- The text a canonical column is read from. `from` names columns of the export table; several are joined by `with`, blank
    ones left out, or with `all` none where one of them is blank. `when`: [column, words] takes the text only where that
    column holds one of the words. `first_of` lists several such sources, of which the first that is not blank counts, and
    `value` is a text that every row has. -#}
{% macro sent_text(column) -%}
{%- if column.get('first_of') -%}
coalesce(
  {%- for source in column['first_of'] %}
  {{- clean_text(source_text(source)) }}
  {%- if not loop.last %}, {% endif %}
  {%- endfor -%}
)
{%- else -%}
{{ source_text(column) }}
{%- endif -%}
{%- endmacro %}

{% macro source_text(source) -%}
{%- if source.get('when') -%}
case when {{ is_called(export_column(source['when'][0]), source['when'][1]) }} then {{ joined_text(source) }} end
{%- else -%}
{{ joined_text(source) }}
{%- endif -%}
{%- endmacro %}

{% macro joined_text(source) -%}
{%- if source.get('value') is not none -%}
cast({{ quoted(source['value']) }} as text)
{%- elif source['from'] | length == 1 -%}
{{ export_column(source['from'][0]) }}
{%- elif source.get('all') -%}
{%- for name in source['from'] -%}
{{ clean_text(export_column(name)) }}
{%- if not loop.last %} || {{ quoted(source.get('with', '')) }} || {% endif -%}
{%- endfor -%}
{%- else -%}
nullif(concat_ws({{ quoted(source.get('with', '')) }}
{%- for name in source['from'] %}, {{ clean_text(export_column(name)) }}{% endfor -%}
), '')
{%- endif -%}
{%- endmacro %}

{#- A column of the export table. Quoted, for a client may call one `end` or `2nd_phone`. -#}
{% macro export_column(name) -%}
export."{{ name }}"
{%- endmacro %}

{#- True where the text, folded to small letters and digits, is one of `words`: `CPT-4` is called cpt4. Beyond ASCII all
    signs count: what is a letter there depends on the database. -#}
{% macro is_called(text, words) -%}
lower(case when {{ text }} ~ '^[A-Za-z0-9]+$' then {{ text }} else regexp_replace({{ text }}, '[\u0001-/:-@\u005b-`{-\u00a0]+', '', 'g') end) in ({{ quoted_list(words) }})
{%- endmacro %}

{#- A text as a literal of SQL. -#}
{% macro quoted(text) -%}
'{{ (text ~ '') | replace("'", "''") }}'
{%- endmacro %}

{% macro quoted_list(texts) -%}
{%- for text in texts -%}
{{ quoted(text) }}
{%- if not loop.last %}, {% endif -%}
{%- endfor -%}
{%- endmacro %}
