{{ clean_source('client_a', 'claims', [
  {'name': 'claim_id', 'kind': 'id', 'from': ['claim_number']},
  {'name': 'member_id', 'kind': 'id', 'from': ['member_id']},
  {'name': 'claim_category', 'kind': 'text', 'from': ['claim_category']},
  {'name': 'claim_status', 'kind': 'claim_status', 'from': ['processing_status']},
  {'name': 'received_date', 'kind': 'date', 'from': ['date_received']},
  {'name': 'vendor', 'kind': 'text', 'from': ['vendor']},
  {'name': 'hospital_service', 'kind': 'text', 'from': ['hospital_service']},
  {'name': 'code_system', 'kind': 'text', 'from': ['coding_system']},
  {'name': 'code', 'kind': 'text', 'from': ['code']},
  {'name': 'hcpcs_code', 'kind': 'hcpcs', 'from': ['code'], 'when': ['coding_system', ['CPT', 'CPT4', 'HCPCS']]},
  {'name': 'diagnosis_code_1', 'kind': 'diagnosis', 'first_of': [
    {'from': ['primary_diagnosis']},
    {'from': ['code'], 'when': ['coding_system', ['ICD', 'ICD10', 'ICD10CM']]},
  ]},
  {'name': 'charge_amount', 'kind': 'amount', 'from': ['total_billed']},
]) }}
