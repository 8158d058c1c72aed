{{ normalize('client_c', 'patient_registration', [
  'member_id', 'subscriber_id', 'person_code', 'first_name', 'middle_name', 'last_name', 'birth_date', 'sex', 'race',
  'address', 'city', 'state', 'zip_code', 'phone', 'email', 'enrollment_start_date', 'enrollment_end_date', 'plan',
  'line_of_business', 'pcp_npi',
]) }}
