{{ clean_source('client_b', 'claims', [
  {'name': 'claim_id', 'kind': 'id', 'from': ['claim_number']},
  {'name': 'member_id', 'kind': 'id', 'from': ['memb_id']},
  {'name': 'claim_category', 'kind': 'text', 'from': ['claim_category']},
  {'name': 'claim_status', 'kind': 'claim_status', 'from': ['status']},
  {'name': 'received_date', 'kind': 'date', 'from': ['received_date']},
  {'name': 'hospital_service', 'kind': 'text', 'from': ['hospital_service']},
  {'name': 'code_system', 'kind': 'text', 'from': ['code_system']},
  {'name': 'code', 'kind': 'text', 'from': ['code']},
  {'name': 'hcpcs_code', 'kind': 'hcpcs', 'from': ['code'], 'when': ['code_system', ['CPT', 'CPT4', 'HCPCS']]},
  {'name': 'diagnosis_type', 'kind': 'text', 'from': ['diagnosis_type']},
  {'name': 'diagnosis_code_1', 'kind': 'diagnosis', 'from': ['code'], 'when': ['code_system', ['ICD', 'ICD10', 'ICD10CM']]},
  {'name': 'charge_amount', 'kind': 'amount', 'from': ['cost_total']},
]) }}
