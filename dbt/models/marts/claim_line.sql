{{ config(indexes=[{'columns': ['claim_id']}, {'columns': ['member_id']}]) }}

-- Lines of the claims that stand, whether or not their member is known.
with enrolled as (
  select
    member.client,
    member.member_id,
    range_agg(daterange(span.enrollment_start_date, span.enrollment_end_date, '[]'))
      filter (where span.member_id is not null) as spans
  from {{ ref('member') }} as member
  left join {{ ref('enrollment_span') }} as span on span.client = member.client and span.member_id = member.member_id
  group by member.client, member.member_id
)

select
  line.client,
  line.claim_id,
  line.claim_line_number,
  line.member_id,
  enrolled.member_id is not null as member_is_known,
  line.claim_type,
  line.claim_category,
  line.claim_status,
  line.is_denied,
  line.record_type,
  line.original_claim_id,
  line.version_of,
  line.version,
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
  line.hcpcs_modifier_2,
  line.hcpcs_modifier_3,
  line.hcpcs_modifier_4,
  line.diagnosis_type,
  line.diagnosis_code_1,
  line.diagnosis_code_2,
  line.diagnosis_code_3,
  line.diagnosis_code_4,
  line.diagnosis_code_5,
  line.diagnosis_code_6,
  line.diagnosis_code_7,
  line.diagnosis_code_8,
  line.diagnosis_code_9,
  line.diagnosis_code_10,
  line.diagnosis_code_11,
  line.diagnosis_code_12,
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
