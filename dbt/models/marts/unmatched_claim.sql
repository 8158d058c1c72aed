-- Lines that stand although nobody by that id is a member; they are in claim_line too.
select
  line.client,
  line.claim_id,
  line.claim_line_number,
  line.member_id,
  line.charge_amount,
  line.period,
  line.file_id,
  line.row_number
from {{ ref('claim_line') }} as line
left join {{ ref('member') }} as member on member.client = line.client and member.member_id = line.member_id
where member.member_id is null
