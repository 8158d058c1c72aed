{{ config(materialized='ephemeral', docs={'show': false}) }}

-- Nothing but the second parser with decimals behind a comma, for its unit test.
select
  export._row_number as row_number,
  amount.dollars,
  amount.is_unreadable
from {{ ref('example_claims') }} as export
cross join lateral ({{ independent_amount('export.charge_amount', 'comma') }}) as amount
