{#- `when` the text is written in this format `then` the day it names. -#}
{% macro written_date(text, format, is_listed, day, latest) -%}
{%- set time = '([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?[AaPp][Mm]|Z)?)?' -%}
{%- set year = '[1-9][0-9]{3}' -%}
{%- set month = '(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)[.]?' -%}
{%- set number = '[0-9]{1,2}' -%}
{%- if format in ('YYYY-MM-DD', 'YYYY/MM/DD') -%}
{%- set at = separator_of(format) -%}
when {{ text }} ~ '^{{ year }}[{{ at }}]{{ number }}[{{ at }}]{{ number }}{{ time }}$' then
  {{ calendar_day(part_of(text, at, 1), part_of(text, at, 2), part_of(text, at, 3, 2), day) }}
{%- elif format in ('M/D/YYYY', 'M-D-YYYY') -%}
{%- set at = separator_of(format) -%}
when {{ text }} ~ '^{{ number }}[{{ at }}]{{ number }}[{{ at }}]{{ year }}{{ time }}$' then
  {{ calendar_day(part_of(text, at, 3, 4), part_of(text, at, 1), part_of(text, at, 2), day) }}
{%- elif format in ('D/M/YYYY', 'D-M-YYYY', 'D.M.YYYY') -%}
{%- set at = separator_of(format) -%}
when {{ text }} ~ '^{{ number }}[{{ at }}]{{ number }}[{{ at }}]{{ year }}{{ time }}$' then
  {{ calendar_day(part_of(text, at, 3, 4), part_of(text, at, 2), part_of(text, at, 1), day) }}
{%- elif format == 'M/D/YY' -%}
when {{ text }} ~ '^{{ number }}/{{ number }}/[0-9]{2}{{ time }}$' then
  {{ short_year_day(part_of(text, '/', 3, 2), part_of(text, '/', 1), part_of(text, '/', 2), day, latest) }}
{%- elif format in ('D/M/YY', 'D.M.YY') -%}
{%- set at = separator_of(format) -%}
when {{ text }} ~ '^{{ number }}[{{ at }}]{{ number }}[{{ at }}][0-9]{2}{{ time }}$' then
  {{ short_year_day(part_of(text, at, 3, 2), part_of(text, at, 2), part_of(text, at, 1), day, latest) }}
{%- elif format == 'YYYYMMDD' -%}
when {{ text }} ~ '^[1-9][0-9]{7}{{ time }}$' then
  {{ calendar_day(whole('left(' ~ text ~ ', 4)'), whole('substr(' ~ text ~ ', 5, 2)'), whole('substr(' ~ text ~ ', 7, 2)'), day) }}
{%- elif format == 'YYYYMM' -%}
when {{ text }} ~ '^[1-9][0-9]{5}$' then {{ calendar_day(whole('left(' ~ text ~ ', 4)'), whole('right(' ~ text ~ ', 2)'), '1', day) }}
{%- elif format == 'YYYY-MM' -%}
when {{ text }} ~ '^{{ year }}-{{ number }}$' then {{ calendar_day(part_of(text, '-', 1), part_of(text, '-', 2), '1', day) }}
{%- elif format in ('MM/YYYY', 'MM.YYYY') -%}
{%- set at = separator_of(format) -%}
when {{ text }} ~ '^{{ number }}[{{ at }}]{{ year }}$' then {{ calendar_day(part_of(text, at, 2), part_of(text, at, 1), '1', day) }}
{%- elif format == 'Month D, YYYY' -%}
when {{ text }} ~* '^{{ month }} ?{{ number }}(, ?| ){{ year }}{{ time }}$' then
  {{ calendar_day(spelled_year(text), spelled_month(text), spelled_day(text), day) }}
{%- elif format == 'D-Mon-YYYY' -%}
when {{ text }} ~* '^{{ number }}[ -]?{{ month }}[ ,-]{1,2}{{ year }}{{ time }}$' then
  {{ calendar_day(spelled_year(text), spelled_month(text), spelled_day(text), day) }}
{%- elif format == 'Mon YYYY' -%}
when {{ text }} ~* '^{{ month }}[ ,-]{1,2}{{ year }}$' then {{ calendar_day(spelled_year(text), spelled_month(text), '1', day) }}
{%- elif format in ('serial', 'serial-1904') -%}
{#- Four digits, days before May 1927, could be a year: they count only where the feed says that serials come. -#}
when {{ text }} ~ '{% if is_listed %}^[1-9][0-9]{3,4}([.][0-9]+)?${% else %}^[1-9][0-9]{4}([.]0+)?${% endif %}' then
  {{ serial_day(part_of(text, '.', 1), '1899-12-30' if format == 'serial' else '1904-01-01', day) }}
{%- else -%}
{{ exceptions.raise_compiler_error("no format of dates is called '" ~ format ~ "'") }}
{%- endif -%}
{%- endmacro %}

{% macro separator_of(format) -%}
{%- if '/' in format -%} / {%- elif '.' in format -%} . {%- else -%} - {%- endif -%}
{%- endmacro %}

{#- A part of the text as a whole number; of the last, with a time behind it, up to `digits` digits. -#}
{% macro part_of(text, separator, position, digits=none) -%}
{%- if digits -%}
{{ whole("rtrim(left(split_part(" ~ text ~ ", '" ~ separator ~ "', " ~ position ~ "), " ~ digits ~ "), ' T')") }}
{%- else -%}
{{ whole("split_part(" ~ text ~ ", '" ~ separator ~ "', " ~ position ~ ")") }}
{%- endif -%}
{%- endmacro %}

{% macro whole(digits) -%}
cast({{ digits }} as integer)
{%- endmacro %}

{#- With a month by its name, the first digits are the day and the first four together the year. -#}
{% macro spelled_year(text) -%}
{{ whole("substring(" ~ text ~ " from '[0-9]{4}')") }}
{%- endmacro %}

{% macro spelled_month(text) -%}
(strpos('janfebmaraprmayjunjulaugsepoctnovdec', substring(lower({{ text }}) from '[a-z]{3}')) / 3 + 1)
{%- endmacro %}

{% macro spelled_day(text) -%}
{{ whole("substring(" ~ text ~ " from '[0-9]{1,2}')") }}
{%- endmacro %}

{#- A day with two digits of a year; which century, clean_date says. -#}
{% macro short_year_day(year, month, number, day, latest) -%}
{%- set century -%}
case
      {%- if latest %}
      when (2000 + {{ year }}) * 10000 + {{ month }} * 100 + {{ number }} > cast(to_char({{ latest }}, 'YYYYMMDD') as integer) then 1900
      {%- else %}
      when {{ year }} >= 70 then 1900
      {%- endif %}
      else 2000
    end
{%- endset -%}
{{ calendar_day('(' ~ century ~ ' + ' ~ year ~ ')', month, number, day) }}
{%- endmacro %}

{#- The day so many days after day 0. -#}
{% macro serial_day(number, zero, day) -%}
{%- if day == 'first' -%}
cast(date_trunc('month', cast(date '{{ zero }}' + {{ number }} as timestamp)) as date)
{%- elif day == 'last' -%}
cast(date_trunc('month', cast(date '{{ zero }}' + {{ number }} as timestamp)) + interval '1 month - 1 day' as date)
{%- else -%}
date '{{ zero }}' + {{ number }}
{%- endif -%}
{%- endmacro %}
