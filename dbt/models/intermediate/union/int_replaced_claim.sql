-- Claims put aside by another claim: reversed ones, their reversals, and what an adjustment replaced. A name given in
-- original_claim_id counts whichever file came first, for a late original must not stand beside its adjustment.
with recursive amendment as (
  select distinct on (client, claim_id)
    client,
    claim_id,
    record_type,
    nullif(original_claim_id, claim_id) as original_claim_id,
    original_claim_id as named_claim_id,
    file_order,
    row_number
  from {{ ref('int_claim_line_iteration') }}
  where exclusion_reason is null and record_type <> 'original'
  order by client, claim_id, original_claim_id is null, row_number
),

-- From each amendment up to all that it goes back on. UNION drops what was seen, so claims naming each other in a circle end.
ancestor as (
  select
    client,
    claim_id,
    original_claim_id as ancestor_id
  from amendment
  where original_claim_id is not null
  union
  select
    ancestor.client,
    ancestor.claim_id,
    amendment.original_claim_id
  from ancestor
  inner join amendment
    on amendment.client = ancestor.client and amendment.claim_id = ancestor.ancestor_id
  where amendment.original_claim_id is not null
),

-- The claim a chain starts from: the ancestor that amends nothing, or one of them where they form a circle.
root as (
  select
    ancestor.client,
    ancestor.claim_id,
    coalesce(
      min(ancestor.ancestor_id) filter (where amendment.original_claim_id is null),
      min(ancestor.ancestor_id)
    ) as root_id
  from ancestor
  left join amendment
    on amendment.client = ancestor.client and amendment.claim_id = ancestor.ancestor_id
  group by ancestor.client, ancestor.claim_id
),

-- Of the adjustments of one claim the last stands: one that no other adjustment names, then the latest.
adjustment as (
  select
    amendment.client,
    amendment.claim_id,
    row_number() over (
      partition by root.client, root.root_id
      order by named.original_claim_id is not null, amendment.file_order desc, amendment.row_number desc
    ) as age
  from amendment
  inner join root on root.client = amendment.client and root.claim_id = amendment.claim_id
  left join (
    select distinct client, original_claim_id
    from amendment
    where record_type = 'adjustment'
  ) as named
    on named.client = amendment.client and named.original_claim_id = amendment.claim_id
  where amendment.record_type = 'adjustment'
),

replaced as (
  -- Earlier adjustments of the same claim.
  select client, claim_id from adjustment where age > 1
  union
  -- Whatever an adjustment goes back on, but for the one that stands at the end of a circle.
  select ancestor.client, ancestor.ancestor_id
  from ancestor
  inner join amendment
    on amendment.client = ancestor.client and amendment.claim_id = ancestor.claim_id
  where amendment.record_type = 'adjustment'
    and not exists (
      select from adjustment
      where adjustment.client = ancestor.client and adjustment.claim_id = ancestor.ancestor_id and adjustment.age = 1
    )
  union
  -- Reversals, and what they reverse.
  select client, claim_id from amendment where record_type = 'reversal'
  union
  select client, original_claim_id from {{ ref('int_claim_line_iteration') }}
  where exclusion_reason is null and record_type = 'reversal' and original_claim_id is not null
)

select
  client,
  claim_id
from replaced
