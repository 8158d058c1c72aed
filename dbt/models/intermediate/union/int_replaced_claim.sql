-- Claims put aside by another claim: what an adjustment replaced, and what was reversed. A claim that is named counts whichever
-- file came first, for a late original must not stand beside its adjustment.
with adjusted_again as (
  select distinct client, ancestor_id as claim_id
  from {{ ref('int_claim_amendment') }}
  where record_type = 'adjustment' and is_named
),

adjustment as (
  select
    amendment.client,
    amendment.claim_id,
    -- Of the adjustments of one claim the last stands: one that no other adjustment names, then the latest. One that goes
    -- back on several claims must be the last of each: better a claim too few, and listed as excluded, than one counted twice.
    row_number() over (
      partition by amendment.client, amendment.ancestor_id
      order by adjusted_again.claim_id is not null, amendment.file_order desc, amendment.row_number desc
    ) as age
  from {{ ref('int_claim_amendment') }} as amendment
  left join adjusted_again on adjusted_again.client = amendment.client and adjusted_again.claim_id = amendment.claim_id
  where amendment.record_type = 'adjustment' and amendment.is_root
),

adjusted as (
  select client, claim_id, max(age) = 1 as is_last
  from adjustment
  group by client, claim_id
),

reversed as (
  select distinct client, ancestor_id as claim_id
  from {{ ref('int_claim_amendment') }}
  where record_type = 'reversal' and is_named
),

-- A claim that was there, was taken back, and came again after all that goes back on it, in a later file or further down in the
-- same one: sent anew, it stands. One that came for the first time after its reversal is what the reversal means, and does not.
sent_again as (
  select amendment.client, amendment.ancestor_id as claim_id
  from {{ ref('int_claim_amendment') }} as amendment
  inner join (
    select
      client,
      claim_id,
      min(array[file_order, first_row_number]) as first_place,
      max(array[file_order, row_number]) as last_place
    from {{ ref('int_claim_iteration') }}
    where (client, claim_id) in (select client, ancestor_id from {{ ref('int_claim_amendment') }})
    group by client, claim_id
  ) as claim
    on claim.client = amendment.client and claim.claim_id = amendment.ancestor_id
  group by amendment.client, amendment.ancestor_id, claim.first_place, claim.last_place
  having max(array[amendment.file_order, amendment.row_number]) < claim.last_place
    and max(array[amendment.file_order, amendment.row_number]) filter (where amendment.record_type = 'reversal')
    > claim.first_place
),

-- Unless an adjustment of it stands.
standing_adjustment as (
  select client, claim_id
  from adjusted
  where is_last
  except
  (
    select client, claim_id from reversed
    except
    select client, claim_id from sent_again
  )
),

stands_again as (
  select client, claim_id
  from sent_again
  except
  select amendment.client, amendment.ancestor_id
  from {{ ref('int_claim_amendment') }} as amendment
  inner join standing_adjustment as standing
    on standing.client = amendment.client and standing.claim_id = amendment.claim_id
  where amendment.record_type = 'adjustment'
),

replaced as (
  (
    -- Whatever an adjustment goes back on, but for the one that stands at the end of a circle.
    select amendment.client, amendment.ancestor_id as claim_id
    from {{ ref('int_claim_amendment') }} as amendment
    where amendment.record_type = 'adjustment'
      and not exists (
        select from adjusted
        where adjusted.client = amendment.client and adjusted.claim_id = amendment.ancestor_id and adjusted.is_last
      )
    union
    select client, claim_id from reversed
    except
    select client, claim_id from stands_again
  )
  union
  -- Earlier adjustments of the same claim.
  select client, claim_id from adjusted where not is_last
)

select
  client,
  claim_id
from replaced
