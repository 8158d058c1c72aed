{{ config(materialized='view') }}

-- Of int_claim_month what stands, and whether the member is known: what member_claims, pmpm and utilization count.
select
  claimed.*,
  member.member_id is not null as member_is_known
from {{ ref('int_claim_month') }} as claimed
left join {{ ref('int_claim_version') }} as version
  on version.file_id = claimed.file_id and version.claim_id = claimed.claim_id
left join {{ ref('member') }} as member on member.client = claimed.client and member.member_id = claimed.member_id
where version.is_replaced is not true
