{#- The five digits of a ZIP code, by its shape only: 3 to 5 digits are a ZIP that lost zeros, 7 to 9 (with or without a
    dash before the last four) a ZIP+4 that did. Anything else is null. -#}
{% macro clean_zip(text) -%}
case
  when {{ text }} ~ '^[0-9]{3,5}$' then lpad({{ text }}, 5, '0')
  when {{ text }} ~ '^[0-9]{3,5}[ -]?[0-9]{4}$' then left(lpad(translate({{ text }}, ' -', ''), 9, '0'), 5)
end
{%- endmacro %}
