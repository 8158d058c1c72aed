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
  min(row_number) as row_number,
  count(*) as line_count,
  sum(charge_amount) as charge_amount
from {{ ref('int_claim_line_iteration') }}
where exclusion_reason is null and {{ is_one_of('file_id', files) }}
group by file_id, client, claim_id, file_order
