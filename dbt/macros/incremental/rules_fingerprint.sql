{#- Stands for all that decides what the incremental tables hold: feeds, cleaning, normalizing, union. -#}
{% macro rules_fingerprint() -%}
  {{ return('0000000000000000000000000000000000000000000000000000000000000000') }}
{%- endmacro %}
