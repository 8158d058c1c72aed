-- Flags of kept rows only: an excluded row is listed with its reason, and its values are in nobody's way.
with flagged as (
  select client, 'patient_registration' as file_type, period, file_id, row_number, flags
  from {{ ref('int_registration') }}
  where flags is not null and exclusion_reason is null
  union all
  select client, 'claims' as file_type, period, file_id, row_number, flags
  from {{ ref('int_claim_line') }}
  where flags is not null and exclusion_reason is null
)

select
  flagged.client,
  flagged.file_type,
  flagged.period,
  flagged.file_id,
  flagged.row_number,
  flag ->> 'column' as column_name,
  flag ->> 'rule' as rule,
  flag ->> 'raw' as raw_value
from flagged
cross join lateral jsonb_array_elements(flagged.flags) as flag
