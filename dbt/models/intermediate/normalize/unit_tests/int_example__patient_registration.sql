{{ config(materialized='ephemeral', docs={'show': false}) }}

{{ normalize('example', 'patient_registration', canonical_columns('patient_registration') | map(attribute='name') | list) }}
