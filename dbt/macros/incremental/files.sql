{#- Tables that grow by file. Which files stand in one is read from the table itself and compared with covered_file, so it does
    not matter what became of earlier runs: a file is in it or not, and the run brings it to what it should be. -#}

{#- In a model: the ids of the covered files whose rows are not in its table yet; none where the table is made anew, and all
    files are to be read. -#}
{% macro files_to_add(file_type=none) -%}
  {%- if execute and not is_incremental() -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set query -%}
  select file.file_id
  from {{ ref('covered_file') }} as file
  where not exists (select from {{ this }} as present where present.file_id = file.file_id)
    {%- if file_type %} and file.file_type = '{{ file_type }}'{% endif %}
  order by file.file_order
  {%- endset -%}
  {{ return(run_query(query).columns[0].values() | list if execute else none) }}
{%- endmacro %}

{#- A condition for these files, written out: a planner that sees them reads by index, and the log tells which they were. -#}
{% macro is_one_of(column, files) -%}
  {%- if files is none -%} true
  {%- elif not files -%} false
  {%- else -%} {{ column }} in ('{{ files | join("', '") }}')
  {%- endif -%}
{%- endmacro %}

{#- In a model that sums up claims by file: where the lines are that their own file keeps, of the files whose rows are not in its
    table yet. A line that takes back never stands itself. -#}
{% macro from_lines_to_add() -%}
from {{ ref('int_claim_line_iteration') }}
  where exclusion_reason is null and record_type <> 'reversal' and {{ is_one_of('file_id', files_to_add('claims')) }}
{%- endmacro %}

{#- For a pre-hook, in the transaction that adds: rows of files that are covered no longer go. -#}
{% macro remove_uncovered_files() -%}
  {%- if is_incremental() -%}
  delete from {{ this }}
  where file_id in (
    {{ files_in(this) }}
    except
    select file_id from {{ ref('covered_file') }}
  )
  {%- endif -%}
{%- endmacro %}

{#- The files that have rows in a table, from its index one by one: there are some dozens among millions of rows. -#}
{% macro files_in(relation) -%}
  with recursive present as (
    (select file_id from {{ relation }} order by file_id limit 1)
    union all
    select (select next.file_id from {{ relation }} as next where next.file_id > present.file_id order by next.file_id limit 1)
    from present
    where present.file_id is not null
  )
  select file_id from present where file_id is not null
{%- endmacro %}
