{{ config(materialized='ephemeral', docs={'show': false}) }}

-- A client that sends whole names, for their unit test.
{{ clean_source('example', 'patient_registration', [
  {'name': 'first_name', 'kind': 'name', 'from': ['last_name'], 'part': 'first_name'},
  {'name': 'middle_name', 'kind': 'name', 'from': ['last_name'], 'part': 'middle_name'},
  {'name': 'last_name', 'kind': 'name', 'from': ['last_name'], 'part': 'last_name'},
], ref('example_patient_registration')) }}
