{{ clean_source('client_b', 'claims', [
  ('claim_category', 'claim_category', 'text'),
  ('member_id', 'memb_id', 'text'),
  ('claim_id', 'claim_number', 'text'),
  ('received_date', 'received_date', 'date'),
  ('hospital_service', 'hospital_service', 'text'),
  ('code_system', 'code_system', 'text'),
  ('code', 'code', 'text'),
  ('diagnosis_type', 'diagnosis_type', 'text'),
  ('charge_amount', 'cost_total', 'amount'),
  ('claim_status', 'status', 'text'),
]) }}
