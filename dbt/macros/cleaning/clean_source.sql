{#- The clean step of one export table: every row of the files that this run covers, with values in place of text.
    `export` is another place to read than the client's table, for unit tests.

    `columns` lists what the client gives, as `waymark feeds build` writes it: dicts of a canonical `name`, its `kind`, and
    where its text comes from (source_text.sql). What else a dict may hold:
      values     {'f': 'female', …}: what a client's words mean, in small letters; other text is read as the kind reads it
      formats    how dates are written (clean_date.sql)
      day        'first' or 'last': the text names a month, and that day of it is meant
      open_end   texts, in small letters, that mean the open end, 9999-12-31; open_blank: blank means it too
      decimal    'comma' where an amount reads 1.234,50
      part       first_name, middle_name or last_name of a whole name

    A value that its kind cannot read becomes null, and `flags` (null for a clean row) holds an object {column, rule, raw}
    for it; flags.sql has the rules.

    Four steps: text as sent → without odd spaces → value → flags. The last three must stay steps: merged, the planner would
    copy an expression into each of its uses. It never merges a select that calls a volatile function, hence
    `clock_timestamp()`, the cheapest that lets workers share the rows; `offset 0` would hold the steps apart too, but let no
    condition on `file_id` through to the scan of the export table. For workers' sake there is no select in an expression. -#}
{% macro clean_source(client, file_type, columns, export=none) -%}
{%- set export = export or source('export', file_type ~ '_' ~ client) -%}
select
  value.file_id,
  value.row_number,
  cast('{{ client }}' as text) as client,
  value.period,
  value.file_order,
  {%- for column in columns %}
  {{ kept_value(column) }} as {{ column['name'] }},
  {%- endfor %}
  {{ flags_of(columns) }} as flags,
  value.row_hash
from (
  select
    word.file_id,
    word.row_number,
    file.period,
    file.period_end,
    file.file_order,
    {%- for column in columns %}
    {{ clean_value(column, 'word.' ~ column['name']) }} as {{ column['name'] }},
    {%- if rules_of(column['kind']) %}
    word.{{ column['name'] }} as {{ column['name'] }}__text,
    word.{{ column['name'] }}__sent,
    {%- endif %}
    {%- endfor %}
    {{ lists_for_flags(columns) }}
    word.row_hash,
    clock_timestamp() as read_at
  from (
    select
      sent.file_id,
      sent.row_number,
      {%- for column in columns %}
      {{ clean_text('sent.' ~ column['name']) }} as {{ column['name'] }},
      {%- if rules_of(column['kind']) %}
      sent.{{ column['name'] }} as {{ column['name'] }}__sent,
      {%- endif %}
      {%- endfor %}
      sent.row_hash,
      clock_timestamp() as read_at
    from (
      select
        export._file_id as file_id,
        export._row_number as row_number,
        {%- for column in columns %}
        {{ sent_text(column) }} as {{ column['name'] }},
        {%- endfor %}
        {{ row_hash('export', export) }} as row_hash
      from {{ export }} as export
    ) as sent
  ) as word
  inner join {{ ref('covered_file') }} as file on file.file_id = word.file_id
  {{ reference_lists(columns) }}
) as value
{%- endmacro %}
