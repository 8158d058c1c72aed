{{ normalize('client_b', 'patient_registration', [
  'member_id', 'first_name', 'middle_name', 'last_name', 'birth_date', 'sex', 'address', 'city', 'state', 'zip_code',
  'phone', 'enrollment_end_date', 'age_in_months',
]) }}
