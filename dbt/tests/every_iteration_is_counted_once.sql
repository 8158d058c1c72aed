-- Dollars of iterations: for every client and period, what all iterations of its claims add up to = what was billed in export.
-- Nothing that was cleaned once is lost or doubled while the tables grow.
with dollar_in as (
  select client, period, sum(export_rows) as rows, sum(charge_amount) as dollars
  from {{ ref('int_export_total') }}
  where file_type = 'claims'
  group by client, period
),

iteration as (
  select client, period, count(*) as rows, coalesce(sum(charge_amount), 0) as dollars
  from {{ ref('int_claim_line_iteration') }}
  group by client, period
)

select
  client,
  period,
  dollar_in.rows as rows_in,
  iteration.rows as iteration_rows,
  dollar_in.dollars as dollars_in,
  iteration.dollars as iteration_dollars
from dollar_in
full join iteration using (client, period)
where (dollar_in.rows, dollar_in.dollars) is distinct from (iteration.rows, iteration.dollars)
