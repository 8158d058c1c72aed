-- Months in which somebody was enrolled or something was claimed; those that cost nothing are kept.
with enrolled as (
  select client, year_month, count(*) as member_months
  from {{ ref('member_month') }}
  group by client, year_month
),

claimed as (
  select
    client,
    to_char(month, 'YYYY-MM') as year_month,
    case when count(distinct month_basis) > 1 then 'mixed' else min(month_basis) end as month_basis,
    cast(sum(claim_line_count) as bigint) as claim_line_count,
    sum(charge_amount) as charge_amount,
    sum(allowed_amount) as allowed_amount,
    sum(paid_amount) as paid_amount,
    sum(charge_amount) filter (where not member_is_known) as unmatched_charge_amount
  from {{ ref('int_standing_claim_month') }}
  group by client, month
),

sent as (
  select client, period as year_month, count(*) as claim_files
  from {{ ref('covered_file') }}
  where file_type = 'claims'
  group by client, period
),

client_month as (
  select
    client,
    year_month,
    coalesce(enrolled.member_months, 0) as member_months,
    claimed.month_basis,
    coalesce(sent.claim_files, 0) as claim_file_count,
    coalesce(claimed.claim_line_count, 0) as claim_line_count,
    coalesce(claimed.charge_amount, 0) as charge_amount,
    -- Nothing was paid in a month without claims; but of a client that never says, nobody knows.
    case when count(claimed.allowed_amount) over client_months > 0 then coalesce(claimed.allowed_amount, 0) end as allowed_amount,
    case when count(claimed.paid_amount) over client_months > 0 then coalesce(claimed.paid_amount, 0) end as paid_amount,
    coalesce(claimed.unmatched_charge_amount, 0) as unmatched_charge_amount
  from enrolled
  full join claimed using (client, year_month)
  left join sent using (client, year_month)
  window client_months as (partition by client)
)

select
  client,
  year_month,
  member_months,
  month_basis,
  claim_file_count,
  claim_line_count,
  cast(charge_amount as numeric(38, 2)) as charge_amount,
  cast(allowed_amount as numeric(38, 2)) as allowed_amount,
  cast(paid_amount as numeric(38, 2)) as paid_amount,
  cast(unmatched_charge_amount as numeric(38, 2)) as unmatched_charge_amount,
  cast(charge_amount / nullif(member_months, 0) as numeric(18, 2)) as charge_pmpm,
  cast(allowed_amount / nullif(member_months, 0) as numeric(18, 2)) as allowed_pmpm,
  cast(paid_amount / nullif(member_months, 0) as numeric(18, 2)) as paid_pmpm
from client_month
