{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Nothing but the options of dates, for their unit tests: whatever the feeds in use say, every one is tested.
{{ clean_source('client_c', 'claims', [
  {'name': 'usual', 'kind': 'date', 'from': ['svc_from']},
  {'name': 'listed', 'kind': 'date', 'from': ['svc_from'], 'formats': ['YYYYMMDD', 'D-M-YYYY']},
  {'name': 'american', 'kind': 'date', 'from': ['svc_from'], 'formats': ['M/D/YYYY', 'M/D/YY', 'M-D-YYYY']},
  {'name': 'european', 'kind': 'date', 'from': ['svc_from'], 'formats': ['D/M/YYYY', 'D.M.YYYY', 'D.M.YY', 'D/M/YY']},
  {'name': 'spelled', 'kind': 'date', 'from': ['svc_from'], 'formats': ['Month D, YYYY', 'D-Mon-YYYY']},
  {'name': 'serial', 'kind': 'date', 'from': ['svc_from'], 'formats': ['serial']},
  {'name': 'serial_1904', 'kind': 'date', 'from': ['svc_from'], 'formats': ['serial-1904']},
  {'name': 'month_start', 'kind': 'date', 'from': ['svc_from'], 'day': 'first'},
  {'name': 'month_end', 'kind': 'date', 'from': ['svc_from'], 'day': 'last'},
  {'name': 'listed_month_end', 'kind': 'date', 'from': ['svc_from'], 'day': 'last', 'formats': ['MM/YYYY', 'serial']},
  {'name': 'open_ended', 'kind': 'date', 'from': ['svc_from'], 'open_end': ['12/31/9998', 'open'], 'open_blank': true},
  {'name': 'birth', 'kind': 'birth_date', 'from': ['svc_from'], 'formats': ['M/D/YY', 'D.M.YY']},
]) }}
