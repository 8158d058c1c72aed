{{ config(materialized='ephemeral', docs={'show': false}) }}

{{ normalize('example', 'claims', canonical_columns('claims') | map(attribute='name') | list) }}
