-- How much of what was claimed, month by month, against the months of enrollment.
with claimed as (
  select
    client,
    to_char(month, 'YYYY-MM') as year_month,
    category,
    count(distinct claim_id) as claim_count,
    cast(sum(claim_line_count) as bigint) as claim_line_count,
    count(distinct member_id) as member_count,
    sum(service_unit_quantity) as service_unit_quantity,
    sum(charge_amount) as charge_amount,
    sum(allowed_amount) as allowed_amount,
    sum(paid_amount) as paid_amount
  from {{ ref('int_standing_claim_month') }}
  group by client, month, category
)

select
  claimed.client,
  claimed.year_month,
  claimed.category,
  claimed.claim_count,
  claimed.claim_line_count,
  claimed.member_count,
  cast(claimed.service_unit_quantity as numeric(38, 3)) as service_unit_quantity,
  cast(coalesce(claimed.charge_amount, 0) as numeric(38, 2)) as charge_amount,
  cast(claimed.allowed_amount as numeric(38, 2)) as allowed_amount,
  cast(claimed.paid_amount as numeric(38, 2)) as paid_amount,
  pmpm.member_months,
  cast(claimed.claim_count * 1000.0 / nullif(pmpm.member_months, 0) as numeric(18, 3)) as claims_per_1000,
  cast(claimed.service_unit_quantity * 1000.0 / nullif(pmpm.member_months, 0) as numeric(18, 3)) as units_per_1000,
  cast(coalesce(claimed.charge_amount, 0) * 1000.0 / nullif(pmpm.member_months, 0) as numeric(18, 2)) as charge_per_1000
from claimed
inner join {{ ref('pmpm') }} as pmpm on pmpm.client = claimed.client and pmpm.year_month = claimed.year_month
