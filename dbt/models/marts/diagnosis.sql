{{ config(indexes=[{'columns': ['claim_id']}]) }}

-- Diagnoses of the claims that stand.
select
  diagnosis.client,
  diagnosis.claim_id,
  diagnosis.diagnosis_position,
  diagnosis.member_id,
  diagnosis.source_code,
  diagnosis.normalized_code,
  diagnosis.file_id,
  diagnosis.row_number
from {{ ref('int_claim_diagnosis') }} as diagnosis
left join {{ ref('int_claim_version') }} as version
  on version.file_id = diagnosis.file_id and version.claim_id = diagnosis.claim_id
where version.is_replaced is not true
