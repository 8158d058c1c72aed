-- Every claim row of every client in one shape: each iteration of a claim that ever came, its lines numbered, and whether
-- a row of the same file or a later file of the same claim put it aside.
with claim_row as (
  select * from {{ ref('int_client_a__claims') }}
  union all
  select * from {{ ref('int_client_b__claims') }}
  union all
  select * from {{ ref('int_client_c__claims') }}
),

copied as (
  select
    claim_row.*,
    claim_id is null as key_is_missing,
    row_number() over (partition by client, claim_id, file_order, row_hash order by row_number) as copy
  from claim_row
),

numbered as (
  select
    copied.*,
    case
      when claim_line_number is not null then claim_line_number
      -- A client that numbers lines and left this one out: after those that it numbered.
      when line_is_given then cast(
        coalesce(max(claim_line_number) over (partition by client, claim_id, file_order), 0)
        + count(*) filter (where copy = 1 and claim_line_number is null)
          over (partition by client, claim_id, file_order order by row_number rows unbounded preceding)
        as integer
      )
      else cast(
        count(*) filter (where copy = 1)
          over (partition by client, claim_id, file_order order by row_number rows unbounded preceding)
        as integer
      )
    end as line_number,
    max(file_order) filter (where not key_is_missing) over (partition by client, claim_id) as last_file_order
  from copied
),

latest as (
  select
    numbered.*,
    row_number() over (
      partition by client, claim_id, file_order, line_number, copy > 1 order by row_number desc
    ) > 1 as line_came_again
  from numbered
)

select
  file_id,
  row_number,
  client,
  period,
  file_order,
  claim_id,
  line_number as claim_line_number,
  original_claim_id,
  record_type,
  member_id,
  claim_type,
  claim_category,
  claim_status,
  received_date,
  service_start_date,
  service_end_date,
  paid_date,
  vendor,
  hospital_service,
  billing_npi,
  rendering_npi,
  facility_npi,
  place_of_service_code,
  bill_type_code,
  revenue_center_code,
  code_system,
  code,
  hcpcs_code,
  hcpcs_modifier_1,
  diagnosis_type,
  diagnosis_code_1,
  diagnosis_code_2,
  diagnosis_code_3,
  ndc_code,
  service_unit_quantity,
  charge_amount,
  allowed_amount,
  paid_amount,
  copayment_amount,
  coinsurance_amount,
  deductible_amount,
  flags,
  case
    when key_is_missing then 'missing_key'
    when copy > 1 then 'duplicate'
    when line_came_again or file_order < last_file_order then 'replaced'
  end as exclusion_reason
from latest
