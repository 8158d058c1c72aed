{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Where a column's text can come from, and what else a feed can say of it, for unit tests: whatever the feeds in use say,
-- every way is tested.
{{ clean_source('example', 'claims', [
  {'name': 'joined', 'kind': 'text', 'from': ['claim_id', 'claim_line_number', 'member_id'], 'with': ' / '},
  {'name': 'whole', 'kind': 'id', 'from': ['claim_id', 'claim_line_number'], 'with': '', 'all': true},
  {'name': 'procedure', 'kind': 'hcpcs', 'from': ['hcpcs_code'], 'when': ['hcpcs_modifier_1', ['cpt4', 'hcpcs', 'ärztlich']]},
  {'name': 'diagnosis', 'kind': 'diagnosis', 'first_of': [
    {'from': ['diagnosis_code_1']},
    {'from': ['hcpcs_code'], 'when': ['hcpcs_modifier_1', ['icd10cm']]},
    {'from': ['diagnosis_code_2', 'diagnosis_code_3'], 'with': '.', 'all': true},
  ]},
  {'name': 'constant', 'kind': 'text', 'value': "O'Neil"},
  {'name': 'mapped', 'kind': 'text', 'from': ['record_type'], 'values': {'w': 'white', 'don\'t ask': 'refused', 'groß': 'tall'}},
  {'name': 'status', 'kind': 'claim_status', 'from': ['claim_status'], 'values': {'c': 'paid', 'paid': 'denied'}},
  {'name': 'euros', 'kind': 'amount', 'from': ['charge_amount'], 'decimal': 'comma'},
  {'name': 'units', 'kind': 'quantity', 'from': ['charge_amount'], 'decimal': 'comma'},
], ref('example_claims')) }}
