select
  client,
  'patient_registration' as file_type,
  period,
  file_id,
  row_number,
  exclusion_reason as reason,
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
  charge_amount
from {{ ref('int_claim_line') }}
where exclusion_reason is not null
