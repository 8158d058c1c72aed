{{ clean_source('client_a', 'claims', [
  ('claim_category', 'claim_category', 'text'),
  ('member_id', 'member_id', 'text'),
  ('claim_id', 'claim_number', 'text'),
  ('received_date', 'date_received', 'date'),
  ('vendor', 'vendor', 'text'),
  ('hospital_service', 'hospital_service', 'text'),
  ('code_system', 'coding_system', 'text'),
  ('code', 'code', 'text'),
  ('diagnosis_code_1', 'primary_diagnosis', 'text'),
  ('charge_amount', 'total_billed', 'amount'),
  ('claim_status', 'processing_status', 'text'),
]) }}
