{{ config(indexes=[{'columns': ['member_id']}]) }}

-- Entries that overlap or follow each other, merged. Compared with the furthest end so far and not with the entry before, so
-- that an entry within another one does not break the span.
with ordered as (
  select
    entry.*,
    max(enrollment_end_date) over (
      partition by client, member_id
      order by enrollment_start_date, start_inferred, enrollment_end_date
      rows between unbounded preceding and 1 preceding
    ) as furthest_end_date
  from {{ ref('int_enrollment_entry') }} as entry
),

opened as (
  select
    ordered.*,
    coalesce(
      enrollment_start_date > furthest_end_date + 1
      -- Two entries of one file with inferred starts follow each other by inference only: they stay two spans.
      or (enrollment_start_date = furthest_end_date + 1 and start_inferred),
      true
    ) as opens_span
  from ordered
),

numbered as (
  select
    opened.*,
    count(*) filter (where opens_span) over (
      partition by client, member_id
      order by enrollment_start_date, start_inferred, enrollment_end_date
      rows unbounded preceding
    ) as span_number
  from opened
)

select
  client,
  member_id,
  min(enrollment_start_date) as enrollment_start_date,
  max(enrollment_end_date) as enrollment_end_date,
  bool_or(start_inferred) filter (where opens_span) as start_inferred,
  cast(count(*) as integer) as entry_count,
  (array_agg(file_id) filter (where opens_span))[1] as start_file_id,
  (array_agg(row_number) filter (where opens_span))[1] as start_row_number,
  (array_agg(file_id order by enrollment_end_date desc, file_order desc, row_number desc))[1] as end_file_id,
  (array_agg(row_number order by enrollment_end_date desc, file_order desc, row_number desc))[1] as end_row_number
from numbered
group by client, member_id, span_number
