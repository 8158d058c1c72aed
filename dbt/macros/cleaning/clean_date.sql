{#- A date of cleaned text, or null where it names no day of the calendar. Read are
      20030404 · 2003-04-04 · 2003/4/4 · 4/4/2003 and 4-4-2003 (month first) · April 4, 2003 · 4-Apr-2003,
    the numeric ones also with a time of day, which is dropped, and the day number of Excel's 1900 system in five digits
    (37715 or 37715.0). The format gives a number yyyymmdd, and arithmetic decides whether such a day exists: no cast can
    fail, so no value can stop a run. -#}
{% macro clean_date(text) -%}
{%- set time = '([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?[AaPp][Mm]|Z)?)?' -%}
{%- set month = '(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)[.]?' -%}
{%- set month_number -%}
(strpos('janfebmaraprmayjunjulaugsepoctnovdec', substring(lower({{ text }}) from '[a-z]{3}')) / 3 + 1)
{%- endset -%}
(
  select
    case
      when ymd >= 10000
        and ymd / 100 % 100 between 1 and 12
        and ymd % 100 between 1 and case
          when ymd / 100 % 100 in (4, 6, 9, 11) then 30
          when ymd / 100 % 100 <> 2 then 31
          when ymd / 10000 % 4 = 0 and (ymd / 10000 % 100 <> 0 or ymd / 10000 % 400 = 0) then 29
          else 28
        end
      then make_date(ymd / 10000, ymd / 100 % 100, ymd % 100)
    end
  from (
    select
      case
        when {{ text }} ~ '^[0-9]{8}$' then cast({{ text }} as integer)
        when {{ text }} ~ '^[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2}{{ time }}$' then
          cast(left({{ text }}, 4) as integer) * 10000
          + cast(split_part(translate({{ text }}, '/', '-'), '-', 2) as integer) * 100
          + cast(substring(split_part(translate({{ text }}, '/', '-'), '-', 3) from '^[0-9]+') as integer)
        when {{ text }} ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}{{ time }}$' then
          cast(left(split_part(translate({{ text }}, '-', '/'), '/', 3), 4) as integer) * 10000
          + cast(split_part(translate({{ text }}, '-', '/'), '/', 1) as integer) * 100
          + cast(split_part(translate({{ text }}, '-', '/'), '/', 2) as integer)
        when {{ text }} ~ '^[1-9][0-9]{4}([.]0+)?$' then
          cast(to_char(date '1899-12-30' + cast(left({{ text }}, 5) as integer), 'YYYYMMDD') as integer)
        when {{ text }} ~* '^{{ month }} ?[0-9]{1,2}(, ?| )[0-9]{4}$' then
          cast(right({{ text }}, 4) as integer) * 10000
          + {{ month_number }} * 100
          + cast(substring({{ text }} from '([0-9]{1,2})(?:, ?| )[0-9]{4}$') as integer)
        when {{ text }} ~* '^[0-9]{1,2}[ -]?{{ month }}[ ,-]{1,2}[0-9]{4}$' then
          cast(right({{ text }}, 4) as integer) * 10000
          + {{ month_number }} * 100
          + cast(substring({{ text }} from '^[0-9]{1,2}') as integer)
      end as ymd
    offset 0
  ) as day
)
{%- endmacro %}
