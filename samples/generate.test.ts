import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as XLSX from 'xlsx';
import { asText } from './cell.ts';
import { AS_OF_DATE } from './manifest.ts';
import { outputs, sampleSets } from './output.ts';

const FOLDER = import.meta.dirname;
const GENERATOR = join(FOLDER, 'generate.ts');
const manifest = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8'));
const [setOne = [], setTwo = []] = sampleSets(manifest.seed);

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'waymark-samples-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

const run = (...options: string[]) =>
  spawnSync(process.execPath, [GENERATOR, ...options], { encoding: 'utf8', cwd: scratch });

describe('the committed sets', () => {
  test('are what their seed gives, byte for byte, however often it is asked', () => {
    for (const all of [outputs(manifest.seed), outputs(manifest.seed)]) {
      const stale = all.filter(({ path, bytes }) => !bytes.equals(readFileSync(join(FOLDER, path))));
      expect(stale.map(({ path }) => path)).toEqual([]);
    }
  });

  test('are found stale by --check when a file is changed or is one too many', () => {
    for (const part of ['set-1', 'set-2', 'manifest.json']) {
      cpSync(join(FOLDER, part), join(scratch, part), { recursive: true });
    }
    expect(run('--check', '--out', scratch)).toMatchObject({ status: 0, stderr: '' });
    writeFileSync(join(scratch, 'set-1/Patient-claim-clientC-202307.csv'), 'other bytes');
    writeFileSync(join(scratch, 'set-2/Patient-claim-clientE-202307.csv'), 'one too many');
    const { status, stderr } = run('--check', '--out', scratch);
    expect(status).toBe(1);
    expect(stderr).toContain('stale: set-1/Patient-claim-clientC-202307.csv\n');
    expect(stderr).toContain('stale: set-2/Patient-claim-clientE-202307.csv\n');
  });

  test('differ for another seed', () => {
    const other = outputs(manifest.seed + 1);
    const same = other.filter(({ path, bytes }) => bytes.equals(readFileSync(join(FOLDER, path))));
    expect(same).toEqual([]);
  });
});

const HEADERS: Record<string, string> = {
  'client_a/patient_registration':
    'member id, member first name, member middle name, member last name, gender, date of birth, address, city, ' +
    'state, zip, phone number, membership end date, ethnicity',
  'client_a/claims':
    'claim category, member id, claim number, date received, vendor, hospital service, coding system, code, ' +
    'primary diagnosis, total billed, processing status',
  'client_b/patient_registration':
    'Elig_Dt, mem_id, Member_Fullname, Dob, Age_In_Mths_No, Gender, Member_Address, Member_Address_2, ' +
    'Member_City, Member_State, Member_Zip, Member_Phone',
  'client_b/claims':
    'claim_category, memb_id, claim_number, received_date, hospital_service, code_system, code, ' +
    'diagnosis_type, cost_total, status',
  'client_c/patient_registration':
    'subscriber_id, person_cd, last_nm, first_nm, mi, sex_cd, birth_dt, race_cd, addr1, addr2, city_nm, st_cd, ' +
    'zip_cd, phone, email, eff_dt, term_dt, plan_cd, lob, pcp_npi',
  'client_c/claims':
    'clm_id, clm_ln, orig_clm_id, rec_type, clm_type, mbr_id, svc_from, svc_to, paid_dt, bill_npi, rend_npi, ' +
    'fac_npi, pos, bill_type, rev_cd, hcpcs, mod1, dx1, dx2, dx3, ndc, units, billed, allowed, paid, copay, ' +
    'coins, ded, status',
  'client_d/patient_registration':
    'Mitglieds-Nr., Name, Geschlecht, Geburtsdatum, Straße / Nr., PLZ, Ort, Bundesstaat, Telefon, E-Mail, Monat, ' +
    'Tarif',
  'client_d/claims':
    'Beleg-Nr., Belegart, Bezug auf Beleg, Mitglieds-Nr., Fallart, Leistungsart, Status, Eingang am, Leistung von, ' +
    'Leistung bis, Zahlung am, Leistungserbringer, NPI Rechnungssteller, NPI Behandler, Leistungsort, Erlöscode, ' +
    'Ziffer, Menge, Diagnose 1, Diagnose 2, Diagnose 3, Diagnose 4, Diagnose 5, Diagnose 6, Diagnose 7, Diagnose 8, ' +
    'Rechnungsbetrag, Erstattungsfähig, Erstattet, Zuzahlung, Eigenanteil, Selbstbehalt',
};

test.each(setOne.map((file) => [file.name, file] as const))('%s has its header to the letter', (_, file) => {
  const header = HEADERS[`${file.client}/${file.fileType}`]!.split(', ');
  expect(file.header).toEqual(header);
  expect(headerInFile(`set-1/${file.name}`)).toEqual(header);
});

function headerInFile(path: string): string[] {
  if (path.endsWith('.xlsx')) {
    const sheet = firstSheet(path);
    return XLSX.utils.sheet_to_json<string[]>(sheet, { header: 1 })[0]!;
  }
  const european = path.includes('clientD');
  const [firstLine] = readFileSync(join(FOLDER, path), european ? 'latin1' : 'utf8').split(/\r?\n/);
  return firstLine!.replace('\ufeff', '').split(european ? ';' : ',');
}

function firstSheet(path: string): XLSX.WorkSheet {
  const book = XLSX.read(readFileSync(join(FOLDER, path)), { cellNF: true });
  return book.Sheets[book.SheetNames[0]!]!;
}

const BAD_DATES = ['11/31/2001', '2023-11-31'];
/** Which bad values a column must show, by its header. */
const BAD_VALUES: [headers: RegExp, values: string[]][] = [
  [/^(state|Member_State|st_cd|Bundesstaat)$/, ['ZZ', '88', 'Virginia', ' va ']],
  [/^(zip|Member_Zip|zip_cd|PLZ)$/, ['123TY', 'RTEFG', '2130', '021301234']],
  [/^(gender|Gender|sex_cd|Geschlecht)$/, ['X', '']],
  [/^(phone number|Member_Phone|phone|Telefon)$/, ['576YYYTI90']],
  [/^date of birth$/, [...BAD_DATES, '37715', 'March 3, 2027', 'December 30, 1899']],
  [/^Dob$/, [...BAD_DATES, '37715', '3/3/2027', '12/30/1899']],
  [/^birth_dt$/, [...BAD_DATES, '20011131', '37715', '20270303', '18991230']],
  [/^Geburtsdatum$/, [...BAD_DATES, '31.11.2001', '37715', '3.3.2027', '30.12.1899']],
  [/^Monat$/, ['13.2023', '31.11.2023', 'laufend', '']],
  [/^(Eingang|Leistung|Zahlung) (am|von|bis)$/, [...BAD_DATES, '29.2.2023', '45117', '45077.0']],
  [/^(membership end date|Elig_Dt|eff_dt|term_dt)$/, [...BAD_DATES, '45117', '45077.0']],
  [/^(date received|received_date|svc_from|svc_to|paid_dt)$/, [...BAD_DATES, '45117', '45077.0']],
  [
    /^(Member_Fullname|member last name|last_nm|Name)$/,
    ['DE LA CRUZ, MARIA ELENA R', 'GARCIA,\u00a0ANA\u00a0M'],
  ],
  [/^(member first name|first_nm|city|Member_City|city_nm|Ort)$/, ['Anne\u00a0Marie']],
  [/^(total billed|cost_total|billed|allowed|paid)$/, ['$1,234.50', '(45.00)']],
  [/^(Rechnungsbetrag|Erstattungsfähig|Erstattet)$/, ['$1.234,50', '(45,00)']],
  [/^(member id|mem_id|memb_id|mbr_id|subscriber_id|claim number|claim_number|clm_id)$/, ['']],
  [/^(Mitglieds-Nr\.|Beleg-Nr\.)$/, ['']],
];

test.each(setOne.map((file) => [file.name, file] as const))('%s shows every bad value', (_, file) => {
  for (const [headers, values] of BAD_VALUES) {
    for (const header of file.header.filter((name) => headers.test(name))) {
      const shown = new Set(
        file.rows.map(({ fields }) => (fields[header] ? asText(fields[header].cell) : '')),
      );
      expect(
        values.filter((value) => !shown.has(value)),
        header,
      ).toEqual([]);
    }
  }
});

test('clients share member ids and claim ids', () => {
  const ids = (client: string, ...headers: string[]) =>
    new Set(
      setOne
        .filter((file) => file.client === client)
        .flatMap((file) => file.rows)
        .map(({ fields }) => headers.map((name) => (fields[name] ? asText(fields[name].cell) : '')).join(''))
        .filter(Boolean),
    );
  const shared = (...[first, ...others]: Set<string>[]) =>
    others.map((other) => [...other].filter((id) => first!.has(id)).length > 0);
  expect(
    shared(
      ids('client_a', 'member id'),
      ids('client_b', 'mem_id'),
      ids('client_c', 'subscriber_id', 'person_cd'),
      ids('client_d', 'Mitglieds-Nr.'),
    ),
  ).toEqual([true, true, true]);
  expect(
    shared(
      ids('client_a', 'claim number'),
      ids('client_b', 'claim_number'),
      ids('client_c', 'clm_id'),
      ids('client_d', 'Beleg-Nr.'),
    ),
  ).toEqual([true, true, true]);
});

describe('workbooks', () => {
  const cells = (path: string, header: string): XLSX.CellObject[] => {
    const sheet = firstSheet(path);
    const column = XLSX.utils.encode_col(headerInFile(path).indexOf(header));
    return Object.entries(sheet).flatMap(([at, cell]) =>
      at.replace(/\d/g, '') === column && at !== `${column}1` ? [cell as XLSX.CellObject] : [],
    );
  };
  const membersA = 'set-1/Patient-membership-clientA-202307.xlsx';
  const claimsA = 'set-1/Patient-claim-clientA-202307.xlsx';
  const membersB = 'set-1/Patient-membership-client_b-202307.xlsx';

  test('have ids as numbers', () => {
    for (const [path, header] of [
      [membersA, 'member id'],
      [claimsA, 'claim number'],
      [membersB, 'mem_id'],
    ] as const) {
      const filled = cells(path, header).filter(({ w }) => w?.trim());
      expect(filled.length).toBeGreaterThan(200);
      expect(filled.filter(({ t, z }) => t !== 'n' || z !== 'General')).toEqual([]);
    }
  });

  test('have dates as numbers with a date format, among texts and bare serials', () => {
    const births = cells(membersA, 'date of birth');
    for (const format of ['m/d/yy', 'm/d/yyyy', '[$-409]mmmm d, yyyy;@']) {
      expect(births.some(({ t, z, v }) => t === 'n' && z === format && Number.isInteger(v))).toBe(true);
    }
    expect(births.some(({ t, v }) => t === 's' && /^[A-Z][a-z]+ \d+, \d{4}$/.test(String(v)))).toBe(true);
    const ends = cells(membersA, 'membership end date');
    expect(ends.filter(({ t, z }) => t === 'n' && z === 'General').length).toBeGreaterThan(100);
    expect(ends.some(({ t, v }) => t === 's' && v === '45107')).toBe(true);
  });

  test('keep a zip’s zeros by its format, or lose them', () => {
    const zips = cells(membersA, 'zip');
    expect(zips.some(({ t, z, v, w }) => t === 'n' && z === '00000' && v === 2130 && w === '02130')).toBe(
      true,
    );
    expect(zips.some(({ t, z, v }) => t === 'n' && z === 'General' && v === 2130)).toBe(true);
  });

  test('have shared strings and no times of writing', () => {
    const container = XLSX.CFB.read(readFileSync(join(FOLDER, membersA)), { type: 'buffer' });
    const part = (name: string) => String(XLSX.CFB.find(container, name)?.content ?? '');
    expect(part('/xl/sharedStrings.xml')).toContain('<sst');
    expect(part('/xl/worksheets/sheet1.xml')).not.toContain('t="str"');
    expect(part('/docProps/core.xml')).not.toContain('dcterms:created');
  });

  test('of client_b end in thousands of formatted, empty rows', () => {
    const container = XLSX.CFB.read(readFileSync(join(FOLDER, membersB)), { type: 'buffer' });
    const sheet = String(XLSX.CFB.find(container, '/xl/worksheets/sheet1.xml')?.content);
    const empty = [...sheet.matchAll(/<row r="\d+">(<c r="[A-Z]+\d+" s="\d+"><\/c>)+<\/row>/g)];
    expect(empty.length).toBe(3000);
  });
});

const RULES = [
  ...['age_not_of_birth_date', 'birth_after_start', 'birth_date_out_of_range', 'end_before_start'],
  ...['invalid_amount', 'invalid_date', 'invalid_email', 'invalid_phone', 'invalid_sex'],
  ...['invalid_state', 'invalid_zip', 'paid_before_service', 'service_end_before_start', 'zip_not_in_state'],
];

describe('the manifest', () => {
  test('names every file with its answer and final state', () => {
    const files = manifest.sets.flatMap((set: { files: object[] }) => set.files);
    expect(files).toHaveLength(setOne.length + setTwo.length);
    const [again] = files.filter((file: { answer: number }) => file.answer === 200);
    const first = files.find((file: { path: string }) => file.path === again.path.replace('set-2', 'set-1'));
    expect(readFileSync(join(FOLDER, again.path)).equals(readFileSync(join(FOLDER, first.path)))).toBe(true);
    const superseded = files.filter((file: { final_state: string }) => file.final_state === 'superseded');
    expect(superseded).toMatchObject([
      { client: 'client_b', file_type: 'patient_registration', period: '2023-07', answer: 202 },
    ]);
  });

  test('balances rows and dollars for every client', () => {
    const cents = (amount: string) => Number(amount.replace('.', ''));
    for (const after of [1, 2]) {
      const files = manifest.sets
        .filter(({ set }: { set: number }) => set <= after)
        .flatMap((set: { files: object[] }) => set.files)
        .filter((file: { answer: number }) => file.answer === 202);
      const { by_client: byClient } = manifest.expected[`after_set_${after}`];
      for (const client of Object.keys(byClient)) {
        const claims = files.filter(
          (file: { client: string; file_type: string }) =>
            file.client === client && file.file_type === 'claims',
        );
        const total = claims.reduce(
          (sum: number, file: { charge_amount: string }) => sum + cents(file.charge_amount),
          0,
        );
        const { charge_amount: kept, excluded_charge_amount: excluded } = byClient[client];
        expect(cents(kept) + cents(excluded)).toBe(total);
      }
    }
  });

  test('has as many member months and dollars by month as by client', () => {
    type Month = { member_months: number; charge_amount: string };
    for (const { by_client: byClient, by_month: byMonth } of Object.values<{
      by_client: Record<string, { member_month: number; charge_amount: string }>;
      by_month: Record<string, Record<string, Month>>;
    }>(manifest.expected)) {
      for (const [client, all] of Object.entries(byClient)) {
        const months = Object.values(byMonth[client]!);
        const sum = (of: (month: Month) => number) => months.reduce((total, month) => total + of(month), 0);
        expect(sum((month) => month.member_months)).toBe(all.member_month);
        expect(sum((month) => Number(month.charge_amount.replace('.', '')))).toBe(
          Number(all.charge_amount.replace('.', '')),
        );
        // Months that cost nothing are there, too.
        expect(months.some((month) => month.charge_amount === '0.00' && month.member_months > 0)).toBe(true);
      }
    }
  });

  test('expects every rule, every reason and every member status', () => {
    expect(manifest.as_of_date).toBe(AS_OF_DATE);
    expect(Object.keys(manifest.expected.after_set_2.flags)).toEqual(RULES);
    for (const { excluded, by_client: byClient } of Object.values<{
      excluded: object;
      by_client: Record<string, { member_status: Record<string, number> }>;
    }>(manifest.expected)) {
      expect(Object.keys(excluded)).toEqual(['duplicate', 'missing_key', 'replaced']);
      for (const { member_status: status } of Object.values(byClient)) {
        expect(Math.min(...Object.values(status))).toBeGreaterThan(0);
      }
    }
  });
});

describe('--rows', () => {
  test('writes one CSV of that many records', () => {
    const options = ['--rows', '20000', '--out', scratch];
    const path = execFileSync(process.execPath, [GENERATOR, ...options], { encoding: 'utf8' }).trim();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(path).toBe(join(scratch, 'out/Patient-claim-client_c-202307.csv'));
    expect(lines[0]!.split(',')).toEqual(HEADERS['client_c/claims']!.split(', '));
    expect(lines).toHaveLength(20_000 + 2);
    expect(lines.at(-1)).toBe('');
  });

  test.each(['claims', 'patient_registration'])('writes one CSV as client_d writes its %s', (type) => {
    const options = ['--rows', '1001', '--client', 'client_d', '--type', type, '--out', scratch];
    const path = execFileSync(process.execPath, [GENERATOR, ...options], { encoding: 'utf8' }).trim();
    const lines = readFileSync(path, 'latin1').split(/\r\n(?!Hinterhaus)/);
    expect(lines[0]!.split(';')).toEqual(HEADERS[`client_d/${type}`]!.split(', '));
    expect(lines).toHaveLength(1001 + 2);
    expect(lines.at(-1)).toBe('');
  });

  test('writes one workbook of that many rows', () => {
    const options = ['--rows', '3000', '--format', 'xlsx', '--client', 'client_a', '--out', scratch];
    const path = execFileSync(process.execPath, [GENERATOR, ...options], { encoding: 'utf8' }).trim();
    const book = XLSX.read(readFileSync(path));
    const rows = XLSX.utils.sheet_to_json<unknown[]>(book.Sheets.Sheet1!, { header: 1 });
    expect(rows).toHaveLength(3001);
    expect(rows[0]).toEqual(HEADERS['client_a/claims']!.split(', '));
    expect(rows.slice(1).filter((row) => typeof row[1] !== 'number')).toEqual([]);
  });

  test('says what is wrong with an option', () => {
    const { status, stderr } = run('--rows', '2000000', '--format', 'xlsx');
    expect(status).toBe(1);
    expect(stderr).toContain('--rows must be at most 1048575 for xlsx');
  });
});
