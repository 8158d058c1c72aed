{#- The day that decides who is active: the variable `as_of_date`, else WAYMARK_AS_OF_DATE, else today. -#}
{% macro as_of_date() -%}
  {%- set day = var('as_of_date', none) or env_var('WAYMARK_AS_OF_DATE', '') -%}
  {%- if day -%} cast('{{ day }}' as date) {%- else -%} current_date {%- endif -%}
{%- endmacro %}
