{{ config(materialized='ephemeral', docs={'show': false}) }}

{{ normalize('example', 'patient_registration', ['birth_date', 'death_date']) }}
