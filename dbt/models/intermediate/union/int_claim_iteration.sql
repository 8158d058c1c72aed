{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- One row per claim and file that brought it: the claim's iterations.
{%- set files = files_to_add('claims') %}
select
  file_id,
  client,
  claim_id,
  file_order,
  min(row_number) filter (where exclusion_reason is null) as row_number,
  -- Where the file first has the claim, also where it sends its lines again further down.
  min(row_number) as first_row_number,
  count(*) filter (where exclusion_reason is null) as line_count,
  sum(charge_amount) filter (where exclusion_reason is null) as charge_amount
from {{ ref('int_claim_line_iteration') }}
where exclusion_reason is distinct from 'missing_key' and {{ is_one_of('file_id', files) }}
group by file_id, client, claim_id, file_order
