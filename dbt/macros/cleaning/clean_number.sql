{#- A whole number of at most nine digits, or null. -#}
{% macro clean_integer(text) -%}
case
  when {{ text }} ~ '^[0-9]+$' and length({{ text }}) <= 9 then cast({{ text }} as integer)
  when {{ text }} ~ '^[0-9]{1,9}[.]0+$' then cast(split_part({{ text }}, '.', 1) as integer)
end
{%- endmacro %}

{#- A quantity, three decimals, or null. With `decimal` 'comma' it reads `2,5`. -#}
{% macro clean_quantity(text, decimal=none) -%}
{%- if decimal == 'comma' -%}
{{ clean_quantity("translate(" ~ text ~ ", '.,', ',.')") }}
{%- else -%}
case
  when {{ text }} ~ '^-?[0-9]+[.]?[0-9]*$' and length({{ text }}) <= 11 then cast({{ text }} as numeric(15, 3))
  when {{ text }} ~ '^-?[0-9]{1,11}[.][0-9]{1,30}$' then cast({{ text }} as numeric(15, 3))
end
{%- endif -%}
{%- endmacro %}
