{#- What a word means according to a reference list (dbt/seeds), whatever its letter case; null where the list lacks it. -#}
{% macro clean_word(text, list) -%}
{{ list }}_list.words ->> upper({{ text }})
{%- endmacro %}

{#- The lists that these columns are looked up in, each joined as one row with a JSON object: a look-up is then a binary
    search in memory. Nothing, where no column needs a list. -#}
{% macro reference_lists(columns) -%}
{%- set kinds = columns | map(attribute='kind') | list -%}
{%- for list in ['state', 'sex', 'record_type', 'claim_status', 'claim_type', 'place_of_service', 'revenue_code'] if list in kinds %}
  cross join (select {{ reference_list(list) }}) as {{ list }}_list
{% endfor %}
{%- endmacro %}

{% macro reference_list(list) -%}
{%- if list == 'state' -%}
jsonb_object_agg(state, state) || jsonb_object_agg(upper(name), state) as words from {{ ref('state') }}
{%- elif list == 'place_of_service' -%}
jsonb_object_agg(place_of_service_code, name) as words from {{ ref('place_of_service') }}
{%- elif list == 'revenue_code' -%}
jsonb_object_agg(category, name) as words from {{ ref('revenue_code') }}
{%- else -%}
jsonb_object_agg(word, {{ list }}) as words from {{ ref(list) }}
{%- endif -%}
{%- endmacro %}

{#- The lists that codes, once read, are checked against: handed on to the step that flags. -#}
{% macro lists_for_flags(columns) -%}
{%- set kinds = columns | map(attribute='kind') | list -%}
{%- for list in ['place_of_service', 'revenue_code'] if list in kinds -%}
{{ list }}_list.words as {{ list }}_list,
{% endfor -%}
{%- endmacro %}
