-- Claims that go back on others, by their latest iteration: a row per adjustment or reversal and claim that it goes back on,
-- either because one of its lines names it or because what is named goes back on it in turn.
with recursive amending_line as (
  select
    client,
    claim_id,
    record_type,
    -- Clients may fill in the claim's own number: that names nothing.
    nullif(original_claim_id, claim_id) as original_claim_id,
    file_order,
    row_number
  from {{ ref('int_claim_line_iteration') }}
  where record_type in ('adjustment', 'reversal') and exclusion_reason is null
),

latest as (
  select client, claim_id, max(file_order) as file_order
  from {{ ref('int_claim_iteration') }}
  where (client, claim_id) in (select client, claim_id from amending_line)
  group by client, claim_id
),

named as (
  select line.client, line.claim_id, line.record_type, line.original_claim_id, line.file_order, min(line.row_number) as row_number
  from amending_line as line
  inner join latest
    on latest.client = line.client and latest.claim_id = line.claim_id and latest.file_order = line.file_order
  where line.original_claim_id is not null
  group by line.client, line.claim_id, line.record_type, line.original_claim_id, line.file_order
),

-- UNION drops what was seen, so claims naming each other in a circle end.
ancestor as (
  select client, claim_id, record_type, original_claim_id as ancestor_id
  from named
  union
  select ancestor.client, ancestor.claim_id, ancestor.record_type, named.original_claim_id
  from ancestor
  inner join named on named.client = ancestor.client and named.claim_id = ancestor.ancestor_id
),

amendment as (
  select
    ancestor.client,
    ancestor.claim_id,
    ancestor.record_type,
    ancestor.ancestor_id,
    named.claim_id is not null as is_named,
    not exists (
      select from named as earlier
      where earlier.client = ancestor.client and earlier.claim_id = ancestor.ancestor_id
    ) as amends_nothing,
    latest.file_order,
    min(named.row_number) over (partition by ancestor.client, ancestor.claim_id, ancestor.record_type) as row_number
  from ancestor
  inner join latest on latest.client = ancestor.client and latest.claim_id = ancestor.claim_id
  left join named
    on named.client = ancestor.client and named.claim_id = ancestor.claim_id and named.record_type = ancestor.record_type
    and named.original_claim_id = ancestor.ancestor_id
)

select
  client,
  claim_id,
  record_type,
  ancestor_id,
  is_named,
  -- Where a chain starts: with a claim that amends nothing or, in a circle, with one of its claims.
  amends_nothing
  or (
    not bool_or(amends_nothing) over (partition by client, claim_id, record_type)
    and ancestor_id = min(ancestor_id) over (partition by client, claim_id, record_type)
  ) as is_root,
  file_order,
  row_number
from amendment
