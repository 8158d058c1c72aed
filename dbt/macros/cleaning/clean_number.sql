{#- A whole number of at most nine digits, or null. -#}
{% macro clean_integer(text) -%}
case when {{ text }} ~ '^[0-9]{1,9}([.]0+)?$' then cast(split_part({{ text }}, '.', 1) as integer) end
{%- endmacro %}

{#- A quantity, three decimals, or null. -#}
{% macro clean_quantity(text) -%}
case when {{ text }} ~ '^-?[0-9]{1,12}([.][0-9]{1,30})?$' then round(cast({{ text }} as numeric), 3) end
{%- endmacro %}
