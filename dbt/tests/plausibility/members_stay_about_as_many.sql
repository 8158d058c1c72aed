{{ config(severity='warn') }}

-- Members up or down by more than a fifth from one period to the next. Of snapshots the members in the files are counted:
-- whoever is missing in a cut-off file would still be enrolled by the one before. An incremental feed sends changes only, so
-- of it those enrolled in the period's month.
with file as (
  select covered.file_id, covered.client, covered.period, ledger.delivery
  from {{ ref('covered_file') }} as covered
  inner join {{ source('ingest', 'file') }} as ledger on ledger.id = covered.file_id
  where covered.file_type = 'patient_registration'
),

counted as (
  select file.client, file.period, count(distinct eligibility.member_id) as members
  from file
  inner join {{ ref('eligibility') }} as eligibility on eligibility.file_id = file.file_id
  where file.delivery = 'snapshot'
  group by file.client, file.period
  union all
  select month.client, month.year_month as period, count(*) as members
  from {{ ref('member_month') }} as month
  where exists (
    select from file where file.client = month.client and file.period = month.year_month and file.delivery = 'incremental'
  )
  group by month.client, month.year_month
),

compared as (
  select
    counted.*,
    lag(members) over (partition by client order by period) as members_before
  from counted
)

select
  client,
  period,
  members_before,
  members
from compared
where abs(members - members_before) > 0.2 * members_before
