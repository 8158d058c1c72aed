{#- Fails for every key that stands twice, and for every row where a part of it is null. -#}
{% test unique_key(model, columns) %}
select
  {{ columns | join(', ') }},
  count(*) as rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or num_nulls({{ columns | join(', ') }}) > 0
{% endtest %}
