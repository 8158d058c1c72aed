{{ config(severity='warn') }}

-- More than a twentieth of a client's claims of a period are of nobody who is a member.
select
  client,
  period,
  count(*) as claims,
  count(*) filter (where not member_is_known) as claims_without_member
from {{ ref('claim') }}
group by client, period
having count(*) filter (where not member_is_known) > 0.05 * count(*)
