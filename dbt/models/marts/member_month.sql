-- Every month in which the member was enrolled for a day or more, none after the month of the day of the run.
with span as (
  select
    client,
    member_id,
    enrollment_start_date,
    least(enrollment_end_date, {{ as_of_date() }}) as enrollment_end_date,
    lag(enrollment_end_date) over (partition by client, member_id order by enrollment_start_date) as earlier_end_date
  from {{ ref('enrollment_span') }}
  where enrollment_start_date <= {{ as_of_date() }}
)

select
  span.client,
  span.member_id,
  to_char(month, 'YYYY-MM') as year_month,
  span.enrollment_start_date
from span
cross join lateral generate_series(
  greatest(
    date_trunc('month', cast(span.enrollment_start_date as timestamp)),
    -- A month that two spans touch counts once, for the earlier one.
    date_trunc('month', cast(span.earlier_end_date as timestamp)) + interval '1 month'
  ),
  cast(span.enrollment_end_date as timestamp),
  interval '1 month'
) as month
