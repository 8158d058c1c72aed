{{ config(materialized='ephemeral', docs={'show': false}) }}

-- The rows and dollars of one export table, for their unit test.
{{ export_total(ref('example_claims'), 'charge_amount', 'point') }}
