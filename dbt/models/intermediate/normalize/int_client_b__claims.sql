{{ normalize('client_b', 'claims', [
  'claim_id', 'member_id', 'claim_category', 'claim_status', 'received_date', 'hospital_service', 'code_system',
  'code', 'hcpcs_code', 'diagnosis_type', 'diagnosis_code_1', 'charge_amount',
]) }}
