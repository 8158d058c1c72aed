{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- Each iteration of a claim in one row: sums over its lines, and what the first of them says of the claim. Which iteration
-- stands, and whose member is known, is another run's business: the mart looks.
with line as (
  select *
  {{ from_lines_to_add() }}
),

summed as (
  select
    file_id,
    claim_id,
    min(row_number) as row_number,
    cast(count(*) as integer) as claim_line_count,
    cast(count(*) filter (where claim_status = 'denied') as integer) as denied_line_count,
    range_agg(daterange(service_start_date, service_start_date, '[]')) filter (where service_start_date is not null)
      as service_days,
    min(service_start_date) as claim_start_date,
    max(coalesce(service_end_date, service_start_date)) as claim_end_date,
    min(received_date) as received_date,
    max(paid_date) as paid_date,
    sum(charge_amount) as charge_amount,
    sum(allowed_amount) as allowed_amount,
    sum(paid_amount) as paid_amount,
    sum(copayment_amount) as copayment_amount,
    sum(coinsurance_amount) as coinsurance_amount,
    sum(deductible_amount) as deductible_amount
  from line
  group by file_id, claim_id
)

select
  summed.file_id,
  summed.row_number,
  line.client,
  line.period,
  summed.claim_id,
  line.member_id,
  line.record_type,
  line.original_claim_id,
  line.claim_type,
  line.claim_category,
  line.claim_status,
  line.billing_npi,
  line.facility_npi,
  line.bill_type_code,
  line.diagnosis_code_1,
  summed.claim_line_count,
  summed.denied_line_count,
  summed.service_days,
  summed.claim_start_date,
  summed.claim_end_date,
  summed.received_date,
  summed.paid_date,
  summed.charge_amount,
  summed.allowed_amount,
  summed.paid_amount,
  summed.copayment_amount,
  summed.coinsurance_amount,
  summed.deductible_amount
from summed
inner join line on line.file_id = summed.file_id and line.row_number = summed.row_number
