{{ config(indexes=[{'columns': ['member_id']}]) }}

-- The latest entry of each member: by period, then order of acceptance; within a file the later end date, then the later row.
with latest as (
  select distinct on (client, member_id)
    *
  from {{ ref('int_registration') }}
  where exclusion_reason is null
  order by client, member_id, file_order desc, enrollment_end_date desc nulls last, row_number desc
)

select
  client,
  member_id,
  subscriber_id,
  person_code,
  first_name,
  middle_name,
  last_name,
  birth_date,
  death_date,
  sex,
  race,
  ethnicity,
  address,
  city,
  state,
  zip_code,
  phone,
  email,
  enrollment_end_date,
  case
    when enrollment_end_date is null then 'unknown'
    when enrollment_end_date >= {{ as_of_date() }} then 'active'
    else 'inactive'
  end as member_status,
  period,
  file_id,
  row_number
from latest
