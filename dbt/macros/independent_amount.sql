{#- A second reading of an amount, for the conservation tests: a select of `dollars` (null where blank or unreadable) and
    `is_unreadable`. It shares nothing with the cleaning macros, neither code nor method: it takes brackets, signs,
    currency and groups off step by step where those match one pattern, so that a mistake in one of the two shows.
    `decimal`: the sign before the cents, 'point' or 'comma'; the other one parts groups. -#}
{% macro independent_amount(column, decimal='point') -%}
{%- set point, between_groups = ("','", "'.'") if decimal == 'comma' else ("'.'", "','") -%}
{%- set spaces = "U&' \\0009\\000A\\000B\\000C\\000D\\0085\\00A0\\1680\\2000\\2001\\2002\\2003\\2004\\2005\\2006\\2007\\2008\\2009\\200A\\200B\\2028\\2029\\202F\\205F\\3000\\FEFF'" -%}
select
  case when is_amount then sign * round(cast(digits || '.' || fraction || '0' as numeric), 2) end as dollars,
  trimmed <> '' and not is_amount as is_unreadable
from (
  select
    part.*,
    case when bracketed or '-' in (before, after) or before in ('-$', '$-') then -1 else 1 end as sign,
    case
      when bracketed then before in ('', '$') and after = ''
      when after = '' then before in ('', '$', '+', '-', '+$', '-$', '$+', '$-')
      else after = '-' and before in ('', '$')
    end
    and points <= 1
    and digits || fraction <> ''
    and length(digits) <= 13
    and length(fraction) <= 30
    and translate(digits || fraction, '0123456789', '') = ''
    and case
      when strpos(whole, {{ between_groups }}) = 0 then true
      else (
        select bool_and(case when position = 1 then length(digit_group) between 1 and 3 else length(digit_group) = 3 end)
        from unnest(string_to_array(whole, {{ between_groups }})) with ordinality as grouped (digit_group, position)
      )
    end as is_amount
  from (
    select
      core.trimmed,
      core.bracketed,
      core.after,
      translate(core.before, {{ spaces }}, '') as before,
      length(core.body) - length(replace(core.body, {{ point }}, '')) as points,
      split_part(core.body, {{ point }}, 1) as whole,
      replace(split_part(core.body, {{ point }}, 1), {{ between_groups }}, '') as digits,
      split_part(core.body, {{ point }}, 2) as fraction
    from (
      select
        opened.trimmed,
        opened.bracketed,
        left(opened.inside, length(opened.inside) - length(ltrim(opened.inside, '+-$' || {{ spaces }}))) as before,
        rtrim(ltrim(opened.inside, '+-$' || {{ spaces }}), '-' || {{ spaces }}) as body,
        translate(
          substr(
            ltrim(opened.inside, '+-$' || {{ spaces }}),
            length(rtrim(ltrim(opened.inside, '+-$' || {{ spaces }}), '-' || {{ spaces }})) + 1
          ),
          {{ spaces }}, ''
        ) as after
      from (
        select
          value.trimmed,
          value.trimmed like '(%)' as bracketed,
          case when value.trimmed like '(%)' then btrim(substr(value.trimmed, 2, length(value.trimmed) - 2), {{ spaces }}) else value.trimmed end
            as inside
        from (select btrim({{ column }}, {{ spaces }}) as trimmed offset 0) as value
        offset 0
      ) as opened
      offset 0
    ) as core
    offset 0
  ) as part
  offset 0
) as reading
{%- endmacro %}
