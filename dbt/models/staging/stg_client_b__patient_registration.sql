{{ clean_source('client_b', 'patient_registration', [
  ('enrollment_end_date', 'elig_dt', 'date'),
  ('member_id', 'mem_id', 'text'),
  ('full_name', 'member_fullname', 'text'),
  ('birth_date', 'dob', 'birth_date'),
  ('sex', 'gender', 'sex'),
  ('address_1', 'member_address', 'text'),
  ('address_2', 'member_address_2', 'text'),
  ('city', 'member_city', 'text'),
  ('state', 'member_state', 'state'),
  ('zip_code', 'member_zip', 'zip'),
  ('phone', 'member_phone', 'phone'),
]) }}
