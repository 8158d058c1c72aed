{{ config(
  materialized='incremental',
  indexes=[{'columns': ['file_id']}, {'columns': ['record_type']}],
  pre_hook="{{ remove_uncovered_files() }}",
  post_hook="{{ remember_rules() }}",
) }}

-- Every claim row of every client in one shape: each iteration of a claim that ever came, its lines numbered, and whether the
-- row's own file puts it aside. What other files do to it is in int_claim_line.
-- No CTEs: what holds a volatile function, as cleaning does, would be written down as a whole at every step.
{%- set files = files_to_add('claims') %}
select
  file_id,
  row_number,
  client,
  period,
  file_order,
  {%- for column in canonical_columns('claims') %}
  {{ 'line_number as claim_line_number' if column.name == 'claim_line_number' else column.name }},
  {%- endfor %}
  flags,
  case
    when claim_id is null then 'missing_key'
    when copy > 1 then 'duplicate'
    when line_came_again then 'replaced'
  end as exclusion_reason
from (
  select
    numbered.*,
    -- A line that takes back another claim is not one of the claim's own under the same number, which stays beside it.
    row_number() over (
      partition by file_id, claim_id, line_number, copy > 1, coalesce(record_type = 'reversal' and original_claim_id <> claim_id, false)
      order by row_number desc
    ) > 1 as line_came_again
  from (
    select
      copied.*,
      case
        when claim_line_number is not null then claim_line_number
        -- A client that numbers lines and left this one out: after those that it numbered.
        when line_is_given then cast(
          coalesce(max(claim_line_number) over (partition by file_id, claim_id), 0)
          + count(*) filter (where copy = 1 and claim_line_number is null)
            over (partition by file_id, claim_id order by row_number rows unbounded preceding)
          as integer
        )
        else cast(
          count(*) filter (where copy = 1)
            over (partition by file_id, claim_id order by row_number rows unbounded preceding)
          as integer
        )
      end as line_number
    from (
      select
        claim_row.*,
        row_number() over (partition by file_id, claim_id, row_hash order by row_number) as copy
      from (
        {%- for feed in feeds('claims') %}
        select * from {{ ref('int_' ~ feed.client ~ '__claims') }}
        where {{ is_one_of('file_id', files) }}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- else %}
        {{ no_rows(normalized_columns('claims')) }}
        {%- endfor %}
      ) as claim_row
    ) as copied
  ) as numbered
) as latest
