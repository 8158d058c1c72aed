{{ config(severity='warn') }}

-- Clients with members and with claims, and no claim is of a member: ids that are written in two ways, most likely.
select client
from {{ ref('claim') }}
where client in (select client from {{ ref('member') }})
group by client
having not bool_or(member_is_known)
