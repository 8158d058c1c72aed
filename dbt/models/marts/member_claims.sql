-- Every member, those without a claim too; lines of unknown members are in unmatched_claim instead.
with claimed as (
  select
    client,
    member_id,
    count(distinct claim_id) as claim_count,
    cast(sum(claim_line_count) as bigint) as claim_line_count,
    sum(charge_amount) as charge_amount,
    sum(allowed_amount) as allowed_amount,
    sum(paid_amount) as paid_amount,
    min(first_received_date) as first_received_date,
    max(last_received_date) as last_received_date,
    min(first_service_date) as first_service_date,
    max(last_service_date) as last_service_date
  from {{ ref('int_standing_claim_month') }}
  where member_is_known
  group by client, member_id
)

select
  member.client,
  member.member_id,
  coalesce(claimed.claim_count, 0) as claim_count,
  coalesce(claimed.claim_line_count, 0) as claim_line_count,
  cast(coalesce(claimed.charge_amount, 0) as numeric(38, 2)) as charge_amount,
  -- Nothing was paid for a member without claims; but of a client that never says, nobody knows.
  cast(
    case when count(claimed.allowed_amount) over client_members > 0 then coalesce(claimed.allowed_amount, 0) end
    as numeric(38, 2)
  ) as allowed_amount,
  cast(
    case when count(claimed.paid_amount) over client_members > 0 then coalesce(claimed.paid_amount, 0) end as numeric(38, 2)
  ) as paid_amount,
  claimed.first_received_date,
  claimed.last_received_date,
  claimed.first_service_date,
  claimed.last_service_date
from {{ ref('member') }} as member
left join claimed on claimed.client = member.client and claimed.member_id = member.member_id
window client_members as (partition by member.client)
