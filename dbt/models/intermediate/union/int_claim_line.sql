{{ config(materialized='view') }}

-- Every claim row with the reason that keeps it out of the marts, of its own file, of a later file or of another claim, and
-- which version of its claim it is.
{%- set exclusion_reason -%}
coalesce(
    iteration.exclusion_reason,
    -- A line that takes back never stands itself.
    case when version.is_replaced or iteration.record_type = 'reversal' then 'replaced' end
  )
{%- endset %}
select
  iteration.file_id,
  iteration.row_number,
  iteration.client,
  iteration.period,
  iteration.file_order,
  iteration.claim_id,
  iteration.claim_line_number,
  iteration.original_claim_id,
  iteration.record_type,
  iteration.member_id,
  iteration.claim_type,
  iteration.claim_category,
  iteration.claim_status,
  iteration.received_date,
  iteration.service_start_date,
  iteration.service_end_date,
  iteration.paid_date,
  iteration.vendor,
  iteration.hospital_service,
  iteration.billing_npi,
  iteration.rendering_npi,
  iteration.facility_npi,
  iteration.place_of_service_code,
  iteration.bill_type_code,
  iteration.revenue_center_code,
  iteration.code_system,
  iteration.code,
  iteration.hcpcs_code,
  iteration.hcpcs_modifier_1,
  iteration.diagnosis_type,
  iteration.diagnosis_code_1,
  iteration.diagnosis_code_2,
  iteration.diagnosis_code_3,
  iteration.ndc_code,
  iteration.service_unit_quantity,
  iteration.charge_amount,
  iteration.allowed_amount,
  iteration.paid_amount,
  iteration.copayment_amount,
  iteration.coinsurance_amount,
  iteration.deductible_amount,
  iteration.flags,
  coalesce(iteration.claim_status = 'denied', false) as is_denied,
  coalesce(version.version_of, iteration.claim_id) as version_of,
  coalesce(version.version, 1) as version,
  {{ exclusion_reason }} is null as is_final,
  {{ exclusion_reason }} as exclusion_reason
from {{ ref('int_claim_line_iteration') }} as iteration
left join {{ ref('int_claim_version') }} as version
  on version.file_id = iteration.file_id and version.claim_id = iteration.claim_id
