{#- A relationship over several columns: fails for every row whose key is not in the parent. -#}
{% test in_parent(model, columns, parent) %}
select child.*
from {{ model }} as child
where not exists (
  select
  from {{ parent }} as parent
  where
    {%- for column in columns %}
    {% if not loop.first %}and {% endif %}parent.{{ column }} = child.{{ column }}
    {%- endfor %}
)
{% endtest %}
