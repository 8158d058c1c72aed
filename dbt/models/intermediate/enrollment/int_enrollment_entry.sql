-- The registration rows that say when somebody was enrolled, each with its first and last day: what enrollment_span merges.
with entry as (
  select
    registration.client,
    registration.member_id,
    registration.enrollment_start_date,
    registration.enrollment_end_date,
    registration.period,
    registration.file_order,
    registration.file_id,
    registration.row_number,
    file.delivery = 'snapshot' as is_snapshot
  from {{ ref('int_registration') }} as registration
  inner join {{ source('ingest', 'file') }} as file on file.id = registration.file_id
  where registration.exclusion_reason is null
),

-- A bad end date does not take away the coverage that an earlier file gave.
member as (
  select
    client,
    member_id,
    min(period) as first_period,
    max(file_order) filter (where enrollment_end_date is not null) as last_file_order
  from entry
  group by client, member_id
),

-- A later entry with the same start replaces the earlier one: coverage may be shortened afterwards.
given as (
  select distinct on (client, member_id, enrollment_start_date)
    *
  from entry
  where enrollment_start_date is not null and enrollment_end_date is not null
  order by client, member_id, enrollment_start_date, file_order desc, enrollment_end_date desc, row_number desc
),

-- A snapshot is all there is to say of a member: beyond its last end nothing stands that an earlier one said. A feed of
-- member months shortens coverage in this way.
snapshot as (
  select entry.client, entry.member_id, max(entry.enrollment_end_date) as last_end_date
  from entry
  inner join member
    on member.client = entry.client and member.member_id = entry.member_id and member.last_file_order = entry.file_order
  where entry.is_snapshot and entry.enrollment_start_date is not null
  group by entry.client, entry.member_id
),

given_until as (
  select
    given.*,
    least(given.enrollment_end_date, snapshot.last_end_date) as last_enrolled_date
  from given
  left join snapshot on snapshot.client = given.client and snapshot.member_id = given.member_id
),

-- Without starts nothing tells which entry of an earlier file one of the latest file replaces: all of them.
without_start as (
  select distinct on (entry.client, entry.member_id, entry.enrollment_end_date)
    entry.client,
    entry.member_id,
    entry.enrollment_end_date,
    entry.file_order,
    entry.file_id,
    entry.row_number,
    member.first_period
  from entry
  inner join member
    on member.client = entry.client and member.member_id = entry.member_id and member.last_file_order = entry.file_order
  where entry.enrollment_start_date is null and entry.enrollment_end_date is not null
  order by entry.client, entry.member_id, entry.enrollment_end_date, entry.row_number desc
),

inferred as (
  select
    without_start.*,
    coalesce(
      lag(enrollment_end_date) over (partition by client, member_id order by enrollment_end_date) + 1,
      least(to_date(first_period, 'YYYY-MM'), cast(date_trunc('month', cast(enrollment_end_date as timestamp)) as date))
    ) as enrollment_start_date
  from without_start
)

select
  client,
  member_id,
  enrollment_start_date,
  last_enrolled_date as enrollment_end_date,
  false as start_inferred,
  file_order,
  file_id,
  row_number
from given_until
-- An end before the start says that the enrollment never was.
where enrollment_start_date <= last_enrolled_date
union all
select
  client,
  member_id,
  enrollment_start_date,
  enrollment_end_date,
  true as start_inferred,
  file_order,
  file_id,
  row_number
from inferred
