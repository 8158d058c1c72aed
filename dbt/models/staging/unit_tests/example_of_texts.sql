{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Where a column's text can come from, and what else a feed can say of it, for unit tests: whatever the feeds in use say,
-- every way is tested.
{{ clean_source('client_c', 'claims', [
  {'name': 'joined', 'kind': 'text', 'from': ['clm_id', 'clm_ln', 'mbr_id'], 'with': ' / '},
  {'name': 'whole', 'kind': 'id', 'from': ['clm_id', 'clm_ln'], 'with': '', 'all': true},
  {'name': 'procedure', 'kind': 'hcpcs', 'from': ['hcpcs'], 'when': ['mod1', ['cpt4', 'hcpcs', 'ärztlich']]},
  {'name': 'diagnosis', 'kind': 'diagnosis', 'first_of': [
    {'from': ['dx1']},
    {'from': ['hcpcs'], 'when': ['mod1', ['icd10cm']]},
    {'from': ['dx2', 'dx3'], 'with': '.', 'all': true},
  ]},
  {'name': 'constant', 'kind': 'text', 'value': "O'Neil"},
  {'name': 'mapped', 'kind': 'text', 'from': ['rec_type'], 'values': {'w': 'white', 'don\'t ask': 'refused', 'groß': 'tall'}},
  {'name': 'status', 'kind': 'claim_status', 'from': ['status'], 'values': {'c': 'paid', 'paid': 'denied'}},
  {'name': 'euros', 'kind': 'amount', 'from': ['billed'], 'decimal': 'comma'},
  {'name': 'units', 'kind': 'quantity', 'from': ['billed'], 'decimal': 'comma'},
]) }}
