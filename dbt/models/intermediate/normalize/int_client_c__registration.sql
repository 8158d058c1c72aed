-- A member is a person of a subscriber: both parts make the id, and without either there is none.
select
  file_id,
  row_number,
  client,
  period,
  file_order,
  subscriber_id || person_code as member_id,
  subscriber_id,
  person_code,
  case when {{ holds_full_name('last_name', 'first_name') }} then {{ first_name_of('last_name') }} else first_name end as first_name,
  case
    when {{ holds_full_name('last_name', 'first_name') }} then coalesce(middle_name, {{ middle_name_of('last_name') }})
    else middle_name
  end as middle_name,
  case when {{ holds_full_name('last_name', 'first_name') }} then {{ last_name_of('last_name') }} else last_name end as last_name,
  birth_date,
  sex,
  race,
  cast(null as text) as ethnicity,
  nullif(concat_ws(' ', address_1, address_2), '') as address,
  city,
  state,
  zip_code,
  phone,
  email,
  enrollment_start_date,
  enrollment_end_date,
  plan,
  line_of_business,
  pcp_npi,
  flags,
  row_hash
from {{ ref('stg_client_c__patient_registration') }}
