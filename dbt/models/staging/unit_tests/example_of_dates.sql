{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Nothing but the options of dates, for their unit tests: whatever the feeds in use say, every one is tested.
{{ clean_source('example', 'claims', [
  {'name': 'usual', 'kind': 'date', 'from': ['service_start_date']},
  {'name': 'listed', 'kind': 'date', 'from': ['service_start_date'], 'formats': ['YYYYMMDD', 'D-M-YYYY']},
  {'name': 'american', 'kind': 'date', 'from': ['service_start_date'], 'formats': ['M/D/YYYY', 'M/D/YY', 'M-D-YYYY']},
  {'name': 'european', 'kind': 'date', 'from': ['service_start_date'], 'formats': ['D/M/YYYY', 'D.M.YYYY', 'D.M.YY', 'D/M/YY']},
  {'name': 'spelled', 'kind': 'date', 'from': ['service_start_date'], 'formats': ['Month D, YYYY', 'D-Mon-YYYY']},
  {'name': 'serial', 'kind': 'date', 'from': ['service_start_date'], 'formats': ['serial']},
  {'name': 'serial_1904', 'kind': 'date', 'from': ['service_start_date'], 'formats': ['serial-1904']},
  {'name': 'month_start', 'kind': 'date', 'from': ['service_start_date'], 'day': 'first'},
  {'name': 'month_end', 'kind': 'date', 'from': ['service_start_date'], 'day': 'last'},
  {'name': 'listed_month_end', 'kind': 'date', 'from': ['service_start_date'], 'day': 'last', 'formats': ['MM/YYYY', 'serial']},
  {'name': 'open_ended', 'kind': 'date', 'from': ['service_start_date'], 'open_end': ['12/31/9998', 'open'], 'open_blank': true},
  {'name': 'birth', 'kind': 'birth_date', 'from': ['service_start_date'], 'formats': ['M/D/YY', 'D.M.YY']},
], ref('example_claims')) }}
