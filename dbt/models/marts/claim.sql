{{ config(indexes=[{'columns': ['claim_id']}, {'columns': ['member_id']}]) }}

-- Headers of the claims that stand: sums over the lines, and what the first of its rows says of the claim.
with summed as (
  select
    client,
    claim_id,
    min(row_number) as row_number,
    count(*) as claim_line_count,
    count(*) filter (where is_denied) as denied_line_count,
    bool_and(member_is_known) as member_is_known,
    bool_and(enrolled_on_service_date) as enrolled_on_service_date,
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
  from {{ ref('claim_line') }}
  group by client, claim_id
)

select
  summed.client,
  summed.claim_id,
  line.member_id,
  summed.member_is_known,
  line.record_type,
  line.original_claim_id,
  line.version_of,
  line.version,
  line.claim_type,
  line.claim_category,
  line.claim_status,
  summed.denied_line_count = summed.claim_line_count as is_denied,
  cast(summed.claim_line_count as integer) as claim_line_count,
  cast(summed.denied_line_count as integer) as denied_line_count,
  summed.claim_start_date,
  summed.claim_end_date,
  summed.received_date,
  summed.paid_date,
  summed.enrolled_on_service_date,
  line.billing_npi,
  line.facility_npi,
  line.bill_type_code,
  line.diagnosis_code_1,
  cast(coalesce(summed.charge_amount, 0) as numeric(18, 2)) as charge_amount,
  cast(summed.allowed_amount as numeric(18, 2)) as allowed_amount,
  cast(summed.paid_amount as numeric(18, 2)) as paid_amount,
  cast(summed.copayment_amount as numeric(18, 2)) as copayment_amount,
  cast(summed.coinsurance_amount as numeric(18, 2)) as coinsurance_amount,
  cast(summed.deductible_amount as numeric(18, 2)) as deductible_amount,
  line.period,
  line.file_id,
  line.row_number
from summed
inner join {{ ref('claim_line') }} as line
  on line.client = summed.client and line.claim_id = summed.claim_id and line.row_number = summed.row_number
