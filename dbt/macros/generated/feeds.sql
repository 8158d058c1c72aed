{#- The feeds of one file type: whose they are, their export table and, of claims, the column of what was billed and the sign
    of its decimals. -#}
{% macro feeds(file_type) -%}
  {%- set all = {
    'patient_registration': [
      {'client': 'client_a', 'export': 'patient_registration_client_a'},
      {'client': 'client_b', 'export': 'patient_registration_client_b'},
      {'client': 'client_c', 'export': 'patient_registration_client_c'},
    ],
    'claims': [
      {'client': 'client_a', 'export': 'claims_client_a', 'charge': 'total_billed', 'decimal': 'point'},
      {'client': 'client_b', 'export': 'claims_client_b', 'charge': 'cost_total', 'decimal': 'point'},
      {'client': 'client_c', 'export': 'claims_client_c', 'charge': 'billed', 'decimal': 'point'},
    ],
  } -%}
  {{ return(all[file_type]) }}
{%- endmacro %}
