{#- The ten digits of a number of the North American Numbering Plan: an optional 1 or +1, then area and exchange codes that
    start with 2 to 9. Punctuation is ignored; letters or another count of digits make it null. -#}
{% macro clean_phone(text) -%}
case
  when {{ text }} ~ '^[2-9][0-9]{2}[2-9][0-9]{6}$' then {{ text }}
  when {{ text }} ~ '^[0-9 ().+/-]+$'
    and translate({{ text }}, ' ().+/-', '') ~ '^1?[2-9][0-9]{2}[2-9][0-9]{6}$'
  then right(translate({{ text }}, ' ().+/-', ''), 10)
end
{%- endmacro %}
