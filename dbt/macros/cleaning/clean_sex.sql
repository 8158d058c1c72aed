{#- `female`, `male` or `unknown`; null where the text is none that we understand. Digits are those of ISO/IEC 5218. -#}
{% macro clean_sex(text) -%}
case lower({{ text }})
  when 'f' then 'female'
  when 'm' then 'male'
  when 'female' then 'female'
  when 'male' then 'male'
  when '2' then 'female'
  when '1' then 'male'
  when 'u' then 'unknown'
  when 'unk' then 'unknown'
  when 'unknown' then 'unknown'
  when '0' then 'unknown'
  when '9' then 'unknown'
end
{%- endmacro %}
