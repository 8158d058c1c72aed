-- Dollars: for every client and period, what was billed in export, read by a parser of its own, = claim_line + excluded_row.
with dollar_in as (
  select client, period, sum(charge_amount) as dollars
  from {{ ref('int_export_total') }}
  where file_type = 'claims'
  group by client, period
),

dollar_out as (
  select client, period, sum(charge_amount) as dollars
  from (
    select client, period, charge_amount from {{ ref('claim_line') }}
    union all
    select client, period, charge_amount from {{ ref('excluded_row') }}
    where file_type = 'claims'
  ) as kept_or_excluded
  group by client, period
)

select
  client,
  period,
  dollar_in.dollars as dollars_in,
  dollar_out.dollars as dollars_out
from dollar_in
full join dollar_out using (client, period)
where coalesce(dollar_in.dollars, 0) <> coalesce(dollar_out.dollars, 0)
