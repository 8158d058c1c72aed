{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- The lines of each iteration of a claim, summed up by member, month and category.
with line as (
  select
    file_id,
    client,
    claim_id,
    member_id,
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
  {{ from_lines_to_add() }}
)

select
  file_id,
  client,
  claim_id,
  member_id,
  cast(date_trunc('month', cast(month_date as timestamp)) as date) as month,
  month_basis,
  category,
  cast(count(*) as integer) as claim_line_count,
  min(received_date) as first_received_date,
  max(received_date) as last_received_date,
  min(service_start_date) as first_service_date,
  max(service_start_date) as last_service_date,
  sum(service_unit_quantity) as service_unit_quantity,
  sum(charge_amount) as charge_amount,
  sum(allowed_amount) as allowed_amount,
  sum(paid_amount) as paid_amount
from line
group by file_id, client, claim_id, member_id, 5, month_basis, category
