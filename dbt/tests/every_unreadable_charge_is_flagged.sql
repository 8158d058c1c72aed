-- A billed amount that neither parser can read counts as nothing, so it must at least be pointed out: file by file, as many
-- as the second parser counts are flagged in cleaning (on excluded rows too, whose flags do not reach the mart).
with flagged as (
  select
    file_id,
    count(*) as charges
  from {{ ref('int_claim_line') }}
  where flags @> '[{"column": "charge_amount", "rule": "invalid_amount"}]'
  group by file_id
)

select
  total.file_id,
  total.unreadable_charges,
  flagged.charges as flagged_charges
from {{ ref('int_export_total') }} as total
left join flagged on flagged.file_id = total.file_id
where coalesce(total.unreadable_charges, 0) <> coalesce(flagged.charges, 0)
