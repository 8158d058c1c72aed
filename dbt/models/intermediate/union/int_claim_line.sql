{{ config(materialized='view') }}

-- Every claim row with the reason that keeps it out of the marts, of its own file, of a later file or of another claim, and
-- which version of its claim it is.
{%- set exclusion_reason -%}
coalesce(
    iteration.exclusion_reason,
    -- A line that takes back never stands itself.
    case when version.is_replaced or iteration.record_type = 'reversal' then 'replaced' end
  )
{%- endset %}
select
  iteration.file_id,
  iteration.row_number,
  iteration.client,
  iteration.period,
  iteration.file_order,
  {%- for column in canonical_columns('claims') %}
  iteration.{{ column.name }},
  {%- endfor %}
  iteration.flags,
  coalesce(iteration.claim_status = 'denied', false) as is_denied,
  coalesce(version.version_of, iteration.claim_id) as version_of,
  coalesce(version.version, 1) as version,
  -- The same as having no reason, said so that the planner knows how many rows that are.
  iteration.exclusion_reason is null and version.is_replaced is not true and iteration.record_type <> 'reversal' as is_final,
  {{ exclusion_reason }} as exclusion_reason
from {{ ref('int_claim_line_iteration') }} as iteration
left join {{ ref('int_claim_version') }} as version
  on version.file_id = iteration.file_id and version.claim_id = iteration.claim_id
