-- Flags are of rows in eligibility or claim_line, never of excluded ones.
select
  flag.file_id,
  flag.row_number
from {{ ref('flag') }} as flag
inner join {{ ref('excluded_row') }} as excluded
  on excluded.file_id = flag.file_id and excluded.row_number = flag.row_number
