-- Lines that stand although nobody by that id is a member; they are in claim_line too.
select
  client,
  claim_id,
  claim_line_number,
  member_id,
  charge_amount,
  period,
  file_id,
  row_number
from {{ ref('claim_line') }}
where not member_is_known
