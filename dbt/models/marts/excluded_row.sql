select
  client,
  'patient_registration' as file_type,
  period,
  file_id,
  row_number,
  exclusion_reason as reason,
  member_id,
  cast(null as text) as claim_id,
  cast(null as text) as version_of,
  cast(null as integer) as version,
  cast(null as numeric(18, 2)) as charge_amount
from {{ ref('int_registration') }}
where exclusion_reason is not null
union all
select
  client,
  'claims' as file_type,
  period,
  file_id,
  row_number,
  exclusion_reason as reason,
  member_id,
  claim_id,
  version_of,
  version,
  charge_amount
from {{ ref('int_claim_line') }}
where exclusion_reason is not null
