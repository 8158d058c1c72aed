-- Every registration row of every client in one shape, and why it stays out of the marts, if it does.
with registration as (
  select * from {{ ref('int_client_a__registration') }}
  union all
  select * from {{ ref('int_client_b__registration') }}
  union all
  select * from {{ ref('int_client_c__registration') }}
)

select
  registration.*,
  case
    when member_id is null then 'missing_key'
    when row_number() over (partition by file_id, member_id, row_hash order by row_number) > 1 then 'duplicate'
  end as exclusion_reason
from registration
