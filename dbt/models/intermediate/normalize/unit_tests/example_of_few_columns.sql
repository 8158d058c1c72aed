{{ config(materialized='ephemeral', docs={'show': false}) }}

-- A client that sends little more than it has to, for the unit test of all that is null then.
{{ normalize('example', 'claims', ['claim_id', 'charge_amount']) }}
