{{ config(materialized='table', unlogged=true, post_hook="analyze {{ this }}") }}

-- Every member with the days of all spans in one value, for claims to look up; null where there are none.
select
  member.client,
  member.member_id,
  range_agg(daterange(span.enrollment_start_date, span.enrollment_end_date, '[]'))
    filter (where span.member_id is not null) as enrolled_days
from {{ ref('member') }} as member
left join {{ ref('enrollment_span') }} as span on span.client = member.client and span.member_id = member.member_id
group by member.client, member.member_id
