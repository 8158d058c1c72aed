{#- The parts of a whole name. `LAST, FIRST M`: the first word after the comma is the first name, the rest of it the
    middle name. Without a comma the last word is the last name, the first word the first, what stands between the
    middle; a single word is a last name. Letter case stays as sent. -#}
{% macro first_name_of(full_name) -%}
case
  when {{ full_name }} like '%,%' then nullif(split_part({{ after_comma(full_name) }}, ' ', 1), '')
  when {{ full_name }} like '% %' then split_part({{ full_name }}, ' ', 1)
end
{%- endmacro %}

{#- What follows the first comma; further commas only part words. -#}
{% macro after_comma(full_name) -%}
btrim(regexp_replace(substr({{ full_name }}, strpos({{ full_name }}, ',') + 1), '[, ]+', ' ', 'g'))
{%- endmacro %}

{% macro middle_name_of(full_name) -%}
case
  when {{ full_name }} like '%,%'
  then substring({{ after_comma(full_name) }} from '^[^ ]+ (.+)$')
  else substring({{ full_name }} from '^[^ ]+ (.+) [^ ]+$')
end
{%- endmacro %}

{% macro last_name_of(full_name) -%}
case
  when {{ full_name }} like '%,%' then nullif(rtrim(split_part({{ full_name }}, ',', 1)), '')
  else substring({{ full_name }} from '[^ ]+$')
end
{%- endmacro %}

{#- True where a last-name column holds the whole name: it reads `LAST, FIRST M`, and the first name is blank or the same. -#}
{% macro holds_full_name(last_name, first_name) -%}
({{ last_name }} like '%,%' and coalesce(lower({{ first_name }}) = lower({{ first_name_of(last_name) }}), {{ first_name }} is null))
{%- endmacro %}
