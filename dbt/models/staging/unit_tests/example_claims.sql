{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Stands for an export table of the client `example`, whose rows unit tests give.
{{ no_rows(example_columns('example_claims')) }}
