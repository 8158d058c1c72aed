{{ normalize('client_a', 'patient_registration', [
  'member_id', 'first_name', 'middle_name', 'last_name', 'birth_date', 'sex', 'ethnicity', 'address', 'city',
  'state', 'zip_code', 'phone', 'enrollment_end_date',
]) }}
