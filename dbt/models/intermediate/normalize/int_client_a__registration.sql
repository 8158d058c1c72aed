select
  file_id,
  row_number,
  client,
  period,
  file_order,
  member_id,
  cast(null as text) as subscriber_id,
  cast(null as text) as person_code,
  case when {{ holds_full_name('last_name', 'first_name') }} then {{ first_name_of('last_name') }} else first_name end as first_name,
  case
    when {{ holds_full_name('last_name', 'first_name') }} then coalesce(middle_name, {{ middle_name_of('last_name') }})
    else middle_name
  end as middle_name,
  case when {{ holds_full_name('last_name', 'first_name') }} then {{ last_name_of('last_name') }} else last_name end as last_name,
  birth_date,
  sex,
  cast(null as text) as race,
  ethnicity,
  address,
  city,
  state,
  zip_code,
  phone,
  cast(null as text) as email,
  cast(null as date) as enrollment_start_date,
  enrollment_end_date,
  cast(null as text) as plan,
  cast(null as text) as line_of_business,
  cast(null as text) as pcp_npi,
  flags,
  row_hash
from {{ ref('stg_client_a__patient_registration') }}
