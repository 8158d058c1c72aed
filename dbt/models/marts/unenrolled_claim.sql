-- Lines of known members on days on which none of their enrollments says that they were enrolled; they are in claim_line too.
select
  client,
  claim_id,
  claim_line_number,
  member_id,
  service_start_date,
  charge_amount,
  period,
  file_id,
  row_number
from {{ ref('claim_line') }}
where member_is_known and not enrolled_on_service_date
