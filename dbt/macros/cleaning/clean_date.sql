{#- A date, or null where the text names no day of the calendar. No cast can fail, so no value can stop a run: a pattern finds
    numbers, and arithmetic decides whether there is such a day.

    `formats` lists how dates are written, separators to the letter, with leading zeros or without:
      YYYYMMDD · YYYY-MM-DD · YYYY/MM/DD · M/D/YYYY · M-D-YYYY · D/M/YYYY · D-M-YYYY · D.M.YYYY · M/D/YY · D/M/YY · D.M.YY
      Month D, YYYY    April 4, 2003 and Apr 4 2003
      D-Mon-YYYY       4-Apr-2003 and 4 April 2003
      serial           the day number of Excel's 1900 system, 37715; serial-1904 that of its 1904 system
    Without it those are read that can be meant in one way only, months before days in numbers, and serials of five digits.
    YYYY-MM-DD is always read: the loader makes it of a workbook's dates. A time of day is dropped.

    A year of two digits: 70 to 99 are 19.., 00 to 69 are 20... Where `latest` says which day is the last that can be meant,
    as for births, it is 20.. unless the day lay after that.

    `day` 'first' or 'last' takes that day of the month instead, and months are read too:
      YYYY-MM · YYYYMM · MM/YYYY · MM.YYYY · Mon YYYY -#}
{% macro clean_date(text, formats=none, day=none, latest=none) -%}
{%- set usual = ['YYYYMMDD', 'YYYY-MM-DD', 'M/D/YYYY', 'YYYY/MM/DD', 'M-D-YYYY', 'Month D, YYYY', 'D-Mon-YYYY', 'serial'] -%}
{%- set months = ['YYYY-MM', 'YYYYMM', 'MM/YYYY', 'MM.YYYY', 'Mon YYYY'] -%}
{%- set is_listed = true if formats else false -%}
{%- set read = formats if formats else (usual + months if day else usual) -%}
case
  {%- if not day and 'YYYYMMDD' in read %}
  {#- The common case of files with millions of rows: days 1 to 28, which every month has. #}
  when {{ text }} ~ '^[12][0-9][0-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])$' then cast({{ text }} as date)
  {%- endif %}
  {%- for format in read %}
  {{ written_date(text, format, is_listed, day, latest) }}
  {%- endfor %}
  {%- if 'YYYY-MM-DD' not in read %}
  {{ written_date(text, 'YYYY-MM-DD', is_listed, day, latest) }}
  {%- endif %}
end
{%- endmacro %}

{#- A day of the calendar, null if there is none such, from expressions of a year after 0, a month and a number; with `day` the
    first or last of its month. -#}
{% macro calendar_day(year, month, number, day) -%}
case
    when {{ month }} between 1 and 12 and {{ number }} between 1 and {{ days_in_month(year, month) }}
    then make_date({{ year }}, {{ month }}, {% if day == 'first' %}1{% elif day == 'last' %}{{ days_in_month(year, month) }}{% else %}{{ number }}{% endif %})
  end
{%- endmacro %}

{% macro days_in_month(year, month) -%}
case
      when {{ month }} in (4, 6, 9, 11) then 30
      when {{ month }} <> 2 then 31
      when {{ year }} % 4 = 0 and ({{ year }} % 100 <> 0 or {{ year }} % 400 = 0) then 29
      else 28
    end
{%- endmacro %}
