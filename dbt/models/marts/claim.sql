{{ config(indexes=[{'columns': ['claim_id']}, {'columns': ['member_id']}]) }}

-- Headers of the claims that stand.
select
  header.client,
  header.claim_id,
  header.member_id,
  coverage.member_id is not null as member_is_known,
  header.record_type,
  header.original_claim_id,
  coalesce(version.version_of, header.claim_id) as version_of,
  coalesce(version.version, 1) as version,
  header.claim_type,
  header.claim_category,
  header.claim_status,
  header.denied_line_count = header.claim_line_count as is_denied,
  header.claim_line_count,
  header.denied_line_count,
  header.claim_start_date,
  header.claim_end_date,
  header.received_date,
  header.paid_date,
  case when header.service_days is not null then coalesce(coverage.enrolled_days @> header.service_days, false) end
    as enrolled_on_service_date,
  header.billing_npi,
  header.facility_npi,
  header.bill_type_code,
  header.diagnosis_code_1,
  cast(coalesce(header.charge_amount, 0) as numeric(18, 2)) as charge_amount,
  cast(header.allowed_amount as numeric(18, 2)) as allowed_amount,
  cast(header.paid_amount as numeric(18, 2)) as paid_amount,
  cast(header.copayment_amount as numeric(18, 2)) as copayment_amount,
  cast(header.coinsurance_amount as numeric(18, 2)) as coinsurance_amount,
  cast(header.deductible_amount as numeric(18, 2)) as deductible_amount,
  header.period,
  header.file_id,
  header.row_number
from {{ ref('int_claim_header') }} as header
left join {{ ref('int_claim_version') }} as version
  on version.file_id = header.file_id and version.claim_id = header.claim_id
left join {{ ref('int_member_coverage') }} as coverage
  on coverage.client = header.client and coverage.member_id = header.member_id
where version.is_replaced is not true
