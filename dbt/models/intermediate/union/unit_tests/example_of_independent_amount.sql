{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Nothing but the second parser with decimals behind a comma, for its unit test: no feed of today's has them.
select
  export._row_number as row_number,
  amount.dollars,
  amount.is_unreadable
from {{ source('export', 'claims_client_c') }} as export
cross join lateral ({{ independent_amount('export.billed', 'comma') }}) as amount
