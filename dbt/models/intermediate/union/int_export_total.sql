-- What came in, file by file, counted on the export tables themselves: rows, and dollars read by a second parser.
-- The conservation tests hold the marts against it.
{%- set tables = [
  ('patient_registration_client_a', none),
  ('patient_registration_client_b', none),
  ('patient_registration_client_c', none),
  ('claims_client_a', 'total_billed'),
  ('claims_client_b', 'cost_total'),
  ('claims_client_c', 'billed'),
] %}
with
{%- for table, charge in tables %}
{{ table }} as (
  select
    export._file_id as file_id,
    count(*) as export_rows,
    {%- if charge %}
    sum(amount.dollars) as charge_amount,
    count(*) filter (where amount.is_unreadable) as unreadable_charges
    {%- else %}
    cast(null as numeric) as charge_amount,
    cast(null as bigint) as unreadable_charges
    {%- endif %}
  from {{ source('export', table) }} as export
  {%- if charge %}
  cross join lateral ({{ independent_amount('export.' ~ charge) }}) as amount
  {%- endif %}
  where export._file_id in (select file_id from {{ ref('covered_file') }})
  group by export._file_id
),
{%- endfor %}

total as (
  {%- for table, charge in tables %}
  select * from {{ table }}
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
)

select
  file.file_id,
  file.client,
  file.file_type,
  file.period,
  coalesce(total.export_rows, 0) as export_rows,
  cast(case when file.file_type = 'claims' then coalesce(total.charge_amount, 0) end as numeric(38, 2)) as charge_amount,
  case when file.file_type = 'claims' then coalesce(total.unreadable_charges, 0) end as unreadable_charges
from {{ ref('covered_file') }} as file
left join total on total.file_id = file.file_id
