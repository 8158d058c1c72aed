{{ normalize('client_c', 'claims', [
  'claim_id', 'claim_line_number', 'original_claim_id', 'record_type', 'member_id', 'claim_type', 'claim_status',
  'service_start_date', 'service_end_date', 'paid_date', 'billing_npi', 'rendering_npi', 'facility_npi',
  'place_of_service_code', 'bill_type_code', 'revenue_center_code', 'hcpcs_code', 'hcpcs_modifier_1',
  'diagnosis_code_1', 'diagnosis_code_2', 'diagnosis_code_3', 'ndc_code', 'service_unit_quantity', 'charge_amount',
  'allowed_amount', 'paid_amount', 'copayment_amount', 'coinsurance_amount', 'deductible_amount',
]) }}
