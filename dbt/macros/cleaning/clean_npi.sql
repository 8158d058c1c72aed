{#- A National Provider Identifier: ten digits, the first 1 or 2, whose last is the Luhn check digit of the others behind the
    prefix 80840 (45 CFR 162.406; ISO/IEC 7812-1). Of each pair of digits the first counts double, less 9 above 9; the
    constant holds the last digit of that sum for the pairs 00 to 99, a byte each, and the prefix adds 24. -#}
{% macro clean_npi(text) -%}
{%- set sums = pair_sums() -%}
case
  when {{ text }} ~ '^[12][0-9]+$' and length({{ text }}) = 10 then
    case
      when (
        24
        {%- for divisor in [100000000, 1000000, 10000, 100, 1] %}
        + get_byte({{ sums }}, cast(cast({{ text }} as bigint) / {{ divisor }} % 100 as integer))
        {%- endfor %}
      ) % 10 = 0
      then {{ text }}
    end
end
{%- endmacro %}

{% macro pair_sums() -%}
'\x
{%- for doubled in [0, 2, 4, 6, 8, 1, 3, 5, 7, 9] -%}
{%- for digit in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] -%}
0{{ (doubled + digit) % 10 }}
{%- endfor -%}
{%- endfor -%}
'::bytea
{%- endmacro %}
