{#- A part of a whole name: first_name, middle_name or last_name. `LAST, FIRST M`: the first word after the comma is the first
    name, the rest of it the middle name. Without a comma the last word is the last name, the first word the first, what
    stands between the middle; a single word is a last name. Particles (`van der`) and suffixes (`Jr.`, `MD`) are of the last
    name, wherever they stand. Letter case stays as sent. -#}
{% macro name_part(full_name, part) -%}
{%- if part == 'last_name' -%}
nullif(rtrim(split_part({{ last_first(full_name) }}, ',', 1)), '')
{%- elif part == 'first_name' -%}
nullif(split_part(btrim(split_part({{ last_first(full_name) }}, ',', 2)), ' ', 1), '')
{%- elif part == 'middle_name' -%}
substring(btrim(split_part({{ last_first(full_name) }}, ',', 2)) from '^[^ ]+ (.+)$')
{%- else -%}
{{ exceptions.raise_compiler_error("no part of a name is called '" ~ part ~ "'") }}
{%- endif -%}
{%- endmacro %}

{#- `LAST, FIRST M`, whichever way the name came. -#}
{% macro last_first(full_name) -%}
{%- set suffix = '(jr|sr|ii|iii|iv|md|m[.]d|do|d[.]o|phd|ph[.]d|dds|dmd|dvm|rn|np|esq)[.]?' -%}
{%- set particle = '(de|del|dela|della|di|da|dos|das|du|la|las|le|los|van|vande|vander|von|der|den|ter|ten|zu|zum|zur|af|av|bin|ibn|bint|abu|al|el|san|santa|st[.]?)' -%}
{%- set words = "btrim(regexp_replace(" ~ full_name ~ ", '[, ]+', ' ', 'g'))" -%}
case
  when {{ full_name }} like '%,%' and {{ full_name }} !~* '^[^,]+,([, ]*{{ suffix }})+[, ]*$' then
    regexp_replace(
      rtrim(split_part({{ full_name }}, ',', 1)) || ', '
      || btrim(regexp_replace(substr({{ full_name }}, strpos({{ full_name }}, ',') + 1), '[, ]+', ' ', 'g')),
      '^([^,]*), ([^ ]+.*?)(( {{ suffix }})+)$', '\1\3, \2', 'i'
    )
  {#- One word and its suffixes is a last name, also behind particles that nobody bears as a first name. #}
  when {{ words }} ~* '^(({{ particle }} ){2,}|(de|da|di|du|la|von) )?[^ ]+( {{ suffix }})+$' then {{ words }}
  else regexp_replace({{ words }}, '^(.+?) (({{ particle }} )*[^ ]+( {{ suffix }})*)$', '\2, \1', 'i')
end
{%- endmacro %}

{#- True where a last-name column holds the whole name: it reads `LAST, FIRST M`, and the first name is blank or the same. -#}
{% macro holds_full_name(last_name, first_name) -%}
({{ last_name }} like '%,%' and coalesce(lower({{ first_name }}) = lower({{ name_part(last_name, 'first_name') }}), {{ first_name }} is null))
{%- endmacro %}
