{{ normalize('client_a', 'claims', [
  'claim_id', 'member_id', 'claim_category', 'claim_status', 'received_date', 'vendor', 'hospital_service',
  'code_system', 'code', 'hcpcs_code', 'diagnosis_code_1', 'charge_amount',
]) }}
