-- Claim lines summed up by claim, member, month and category: what member_claims, pmpm and utilization count.
with line as (
  select
    client,
    claim_id,
    member_id,
    member_is_known,
    -- Where the client gives no day of service: the day the claim was received, else the month that the file covers.
    coalesce(service_start_date, received_date, to_date(period, 'YYYY-MM')) as month_date,
    case
      when service_start_date is not null then 'service_date'
      when received_date is not null then 'received_date'
      else 'period'
    end as month_basis,
    lower(coalesce(claim_category, claim_type, 'unknown')) as category,
    received_date,
    service_start_date,
    service_unit_quantity,
    charge_amount,
    allowed_amount,
    paid_amount
  from {{ ref('claim_line') }}
)

select
  client,
  claim_id,
  member_id,
  cast(date_trunc('month', cast(month_date as timestamp)) as date) as month,
  month_basis,
  category,
  bool_and(member_is_known) as member_is_known,
  count(*) as claim_line_count,
  min(received_date) as first_received_date,
  max(received_date) as last_received_date,
  min(service_start_date) as first_service_date,
  max(service_start_date) as last_service_date,
  sum(service_unit_quantity) as service_unit_quantity,
  sum(charge_amount) as charge_amount,
  sum(allowed_amount) as allowed_amount,
  sum(paid_amount) as paid_amount
from line
group by client, claim_id, member_id, 4, month_basis, category
