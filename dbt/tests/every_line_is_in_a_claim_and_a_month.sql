-- Summed up, nothing is lost and nothing counted twice: of every client, the lines and dollars of claim_line are those of claim,
-- of pmpm and of utilization.
with line as (
  select client, count(*) as lines, coalesce(sum(charge_amount), 0) as dollars
  from {{ ref('claim_line') }}
  group by client
)

{%- for mart in ['claim', 'pmpm', 'utilization'] %}
{{ 'union all' if not loop.first }}
select
  '{{ mart }}' as mart,
  client,
  line.lines,
  line.dollars,
  summed.lines as lines_summed,
  summed.dollars as dollars_summed
from line
full join (
  select client, sum(claim_line_count) as lines, sum(charge_amount) as dollars
  from {{ ref(mart) }}
  group by client
) as summed using (client)
where coalesce(line.lines, 0) <> coalesce(summed.lines, 0) or coalesce(line.dollars, 0) <> coalesce(summed.dollars, 0)
{%- endfor %}
