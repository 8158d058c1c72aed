import { describe, expect, it } from 'vitest';
import { CANONICAL } from '../canonical.ts';
import { PARTS, surenessOf } from './patterns.ts';
import { meaningsOf } from './words.ts';

function likeliest(fileType: 'patient_registration' | 'claims', header: string): string | undefined {
  const places = [
    ...CANONICAL[fileType].map(({ name, kind }) => [name, kind] as const),
    ...Object.entries(PARTS[fileType]),
  ];
  const [best] = places
    .map(([name, kind]) => ({ name, sureness: surenessOf(meaningsOf(header), fileType, name, kind) }))
    .sort((a, b) => b.sureness - a.sureness);
  return best && best.sureness > 0.45 ? best.name : undefined;
}

describe('what a header of a registration is likeliest called for', () => {
  it.each([
    ['MBR_NBR', 'member_id'],
    ['Patient ID', 'member_id'],
    ['SUBSCR_ID', 'subscriber_id'],
    ['Dependent Suffix', 'person_code'],
    ['FirstName', 'first_name'],
    ['Family Name', 'last_name'],
    ['Apellidos', 'last_name'],
    ['Member Name', 'whole_name'],
    ['DOB', 'birth_date'],
    ['Fecha de nacimiento', 'birth_date'],
    ['DOD', 'death_date'],
    ['Addr Line 2', 'address_2'],
    ['ZIPCODE', 'zip_code'],
    ['Postal Code', 'zip_code'],
    ['Coverage Eff Date', 'enrollment_start_date'],
    ['TermDt', 'enrollment_end_date'],
    ['Elig_Month', 'coverage_month'],
    ['Line of Business', 'line_of_business'],
    ['PCP_NPI', 'pcp_npi'],
    ['Height', undefined],
  ])('%s', (header, name) => {
    expect(likeliest('patient_registration', header)).toBe(name);
  });
});

describe('what a header of claims is likeliest called for', () => {
  it.each([
    ['CLM_NBR', 'claim_id'],
    ['Claim Line No', 'claim_line_number'],
    ['OrigClaimNumber', 'original_claim_id'],
    ['Adj_Type', 'record_type'],
    ['SVC_FROM_DT', 'service_start_date'],
    ['ServiceThruDate', 'service_end_date'],
    ['DOS', 'service_start_date'],
    ['Check Date', 'paid_date'],
    ['Date Recvd', 'received_date'],
    ['BillingProviderNPI', 'billing_npi'],
    ['REND_PROV_NPI', 'rendering_npi'],
    ['TOB', 'bill_type_code'],
    ['REV_CD', 'revenue_center_code'],
    ['CPT_Code', 'hcpcs_code'],
    ['Modifier 2', 'hcpcs_modifier_2'],
    ['ICD10_DX_3', 'diagnosis_code_3'],
    ['Diag3', 'diagnosis_code_3'],
    ['Principal Diagnosis Code', 'diagnosis_code_1'],
    ['NDC', 'ndc_code'],
    ['Qty', 'service_unit_quantity'],
    ['Chg Amt', 'charge_amount'],
    ['Billed Amount', 'charge_amount'],
    ['AllowedAmt', 'allowed_amount'],
    ['Plan Paid', 'paid_amount'],
    ['Co-Pay', 'copayment_amount'],
    ['Copay Amt', 'copayment_amount'],
    ['DRG Code', undefined],
  ])('%s', (header, name) => {
    expect(likeliest('claims', header)).toBe(name);
  });
});
