{#- An address with a local part of the characters RFC 5322 allows unquoted, and a domain with a dot; else null. -#}
{% macro clean_email(text) -%}
case
  when {{ text }} ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~.-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
  then {{ text }}
end
{%- endmacro %}
