{#- An amount in dollars, to the cent: `1234.5`, `$1,234.50`, `-45`, `45.00-`, `($45.00)`. Commas may only stand before
    groups of three digits; parentheses or one minus make it negative; more than 13 digits before the point is no amount.
    Anything else is null. -#}
{% macro clean_amount(text) -%}
case
  when {{ text }} ~ '^-?[0-9]{1,13}([.][0-9]{0,30})?$' then round(cast({{ text }} as numeric), 2)
  when {{ text }} ~ '^([(] ?[$]? ?{{ magnitude() }} ?[)]|[+-]? ?[$]? ?{{ magnitude() }}|[$] ?[+-] ?{{ magnitude() }}|[$]? ?{{ magnitude() }} ?-)$'
    and length(split_part(regexp_replace({{ text }}, '[^0-9.]', '', 'g'), '.', 1)) <= 13
  then
    round(cast(regexp_replace({{ text }}, '[^0-9.]', '', 'g') as numeric), 2)
    * case when {{ text }} ~ '[(-]' then -1 else 1 end
end
{%- endmacro %}

{% macro magnitude() -%}
(([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]{0,30})?|[.][0-9]{1,30})
{%- endmacro %}
