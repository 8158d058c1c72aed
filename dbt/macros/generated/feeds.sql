{#- The feeds of one file type: whose they are, their export table and, of claims, the column of what was billed and the sign
    of its decimals. -#}
{% macro feeds(file_type) -%}
  {%- set all = {
    'patient_registration': [
      {'client': 'client_a', 'table': 'patient_registration_client_a', 'charge': none, 'decimal': 'point'},
      {'client': 'client_b', 'table': 'patient_registration_client_b', 'charge': none, 'decimal': 'point'},
      {'client': 'client_c', 'table': 'patient_registration_client_c', 'charge': none, 'decimal': 'point'},
    ],
    'claims': [
      {'client': 'client_a', 'table': 'claims_client_a', 'charge': 'total_billed', 'decimal': 'point'},
      {'client': 'client_b', 'table': 'claims_client_b', 'charge': 'cost_total', 'decimal': 'point'},
      {'client': 'client_c', 'table': 'claims_client_c', 'charge': 'billed', 'decimal': 'point'},
    ],
  } -%}
  {{ return(all[file_type]) }}
{%- endmacro %}

{#- Stands for all that decides what the incremental tables hold: feeds, cleaning, normalizing, union. -#}
{% macro rules_fingerprint() -%}
  {{ return('0000000000000000000000000000000000000000000000000000000000000000') }}
{%- endmacro %}
