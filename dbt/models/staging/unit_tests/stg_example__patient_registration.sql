{{ config(materialized='ephemeral', docs={'show': false}) }}

{{ clean_example('patient_registration') }}
