{#- What a word means according to a reference list (dbt/seeds), whatever its letter case; null where the list lacks it. -#}
{% macro clean_word(text, list) -%}
reference.{{ list }} ->> upper({{ text }})
{%- endmacro %}

{#- The lists that these columns are looked up in, joined as one row of JSON objects: a look-up is then a binary search in
    memory, without a join for each. Nothing, where no column needs a list. -#}
{% macro reference_lists(columns) -%}
{%- set kinds = columns | map(attribute='kind') | list -%}
{%- set lists = ['state', 'sex', 'record_type', 'claim_status', 'claim_type', 'place_of_service', 'revenue_code'] -%}
{%- for list in lists if list in kinds %}
  {% if loop.first %} cross join (select {% endif %}
  {{ list }}.words as {{ list }}
  {%- if not loop.last %},{% endif %}
{% endfor %}
{%- for list in lists if list in kinds %}
  {% if loop.first %} from {% else %} cross join {% endif %} (select {{ reference_list(list) }}) as {{ list }}
  {% if loop.last %} offset 0) as reference {% endif %}
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
reference.{{ list }} as {{ list }}__list,
{% endfor -%}
{%- endmacro %}
