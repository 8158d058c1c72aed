{{ config(indexes=[{'columns': ['claim_id'], 'type': 'hash'}, {'columns': ['member_id'], 'type': 'hash'}]) }}

-- Lines of the claims that stand, whether or not their member is known.
with enrolled_span as (
  -- A later entry with the same start replaces the earlier one: coverage may be shortened afterwards.
  select distinct on (client, member_id, enrollment_start_date)
    client,
    member_id,
    enrollment_start_date,
    enrollment_end_date
  from {{ ref('int_registration') }}
  where exclusion_reason is null and enrollment_start_date is not null
    -- A bad end date does not take away the coverage that an earlier file gave.
    and enrollment_end_date is not null
  order by client, member_id, enrollment_start_date, file_order desc, enrollment_end_date desc nulls last, row_number desc
),

enrolled as (
  select
    client,
    member_id,
    range_agg(daterange(enrollment_start_date, enrollment_end_date, '[]')) as spans
  from enrolled_span
  where enrollment_start_date <= enrollment_end_date
  group by client, member_id
)

select
  line.client,
  line.claim_id,
  line.claim_line_number,
  line.member_id,
  line.claim_type,
  line.claim_category,
  line.claim_status,
  line.record_type,
  line.original_claim_id,
  line.received_date,
  line.service_start_date,
  line.service_end_date,
  line.paid_date,
  case when line.service_start_date is not null then coalesce(enrolled.spans @> line.service_start_date, false) end
    as enrolled_on_service_date,
  line.vendor,
  line.hospital_service,
  line.billing_npi,
  line.rendering_npi,
  line.facility_npi,
  line.place_of_service_code,
  line.bill_type_code,
  line.revenue_center_code,
  line.code_system,
  line.code,
  line.hcpcs_code,
  line.hcpcs_modifier_1,
  line.diagnosis_type,
  line.diagnosis_code_1,
  line.diagnosis_code_2,
  line.diagnosis_code_3,
  line.ndc_code,
  line.service_unit_quantity,
  line.charge_amount,
  line.allowed_amount,
  line.paid_amount,
  line.copayment_amount,
  line.coinsurance_amount,
  line.deductible_amount,
  line.period,
  line.file_id,
  line.row_number
from {{ ref('int_claim_line') }} as line
left join enrolled on enrolled.client = line.client and enrolled.member_id = line.member_id
where line.exclusion_reason is null
