-- The claims that are more than one iteration, because they came in several files or because claims go back on each other:
-- which version each iteration is, and whether a later one, or a reversal, put it aside. All other claims are their only version.
with amended as (
  select
    client,
    claim_id,
    coalesce(
      min(ancestor_id) filter (where is_root and record_type = 'adjustment'),
      min(ancestor_id) filter (where is_root)
    ) as version_of
  from {{ ref('int_claim_amendment') }}
  group by client, claim_id
),

several as (
  select client, claim_id
  from {{ ref('int_claim_iteration') }}
  group by client, claim_id
  having count(*) > 1
  union
  select client, claim_id from amended
  union
  select client, ancestor_id from {{ ref('int_claim_amendment') }}
),

iteration as (
  select
    iteration.client,
    iteration.claim_id,
    iteration.file_id,
    iteration.file_order,
    iteration.row_number,
    coalesce(amended.version_of, iteration.claim_id) as version_of,
    iteration.file_order < max(iteration.file_order) over (partition by iteration.client, iteration.claim_id) as came_again
  from {{ ref('int_claim_iteration') }} as iteration
  inner join several on several.client = iteration.client and several.claim_id = iteration.claim_id
  left join amended on amended.client = iteration.client and amended.claim_id = iteration.claim_id
)

select
  iteration.client,
  iteration.claim_id,
  iteration.file_id,
  iteration.version_of,
  cast(
    row_number() over (
      partition by iteration.client, iteration.version_of order by iteration.file_order, iteration.row_number
    ) as integer
  ) as version,
  iteration.came_again or replaced.claim_id is not null as is_replaced
from iteration
left join {{ ref('int_replaced_claim') }} as replaced
  on replaced.client = iteration.client and replaced.claim_id = iteration.claim_id
