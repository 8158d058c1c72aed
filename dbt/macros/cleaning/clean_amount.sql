{#- An amount in dollars, to the cent: `1234.5`, `$1,234.50`, `-45`, `45.00-`, `($45.00)`. Commas may only stand before
    groups of three digits; parentheses or one minus make it negative; more than 13 digits before the point is no amount.
    Anything else is null. The first pattern is the common case; counting in a pattern costs more than all else. With `decimal` 'comma' point and comma change places: `1.234,50`. -#}
{% macro clean_amount(text, decimal=none) -%}
{%- if decimal == 'comma' -%}
{{ clean_amount("translate(" ~ text ~ ", '.,', ',.')") }}
{%- else -%}
cast(case
  when {{ text }} ~ '^-?[0-9]+[.]?[0-9]*$' and length({{ text }}) <= 13 then cast({{ text }} as numeric)
  when {{ text }} ~ '^([(] ?[$]? ?{{ magnitude() }} ?[)]|[+-]? ?[$]? ?{{ magnitude() }}|[$] ?[+-] ?{{ magnitude() }}|[$]? ?{{ magnitude() }} ?-)$'
    and length(split_part(regexp_replace({{ text }}, '[^0-9.]', '', 'g'), '.', 1)) <= 13
  then
    cast(regexp_replace({{ text }}, '[^0-9.]', '', 'g') as numeric)
    * case when {{ text }} ~ '[(-]' then -1 else 1 end
end as numeric(18, 2))
{%- endif -%}
{%- endmacro %}

{% macro magnitude() -%}
(([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]{0,30})?|[.][0-9]{1,30})
{%- endmacro %}
