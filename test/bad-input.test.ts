import { request } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import XLSX from 'xlsx';
import { type FileBody, Pipeline } from './setup/pipeline.ts';
import { until } from './setup/until.ts';

const COLUMNS =
  'claim_category,memb_id,claim_number,received_date,hospital_service,code_system,code,diagnosis_type,cost_total,status';
const NAME = 'Patient-claim-client_b-202307.csv';
/** A value that must never be seen in an answer or a log. */
const MARKER = 'MARKER-7f3a';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.start();
});
afterAll(() => pipeline?.stop());

/** A record of ten fields whose claim number is `number`, and whose hospital service may be given. */
const record = (number: string, service = 'lab') =>
  `medical,M1,${number},7/1/2023,${service},CPT,99213,A,10.00,paid`;
const csv = (...records: string[]) => `${[COLUMNS, ...records].join('\n')}\n`;

/** Rows of a file in export, in their order. */
async function rows(file: { id: string }, ...columns: string[]): Promise<unknown[]> {
  const found = await pipeline.db.query({
    text: `select _row_number::int, ${columns.map((name) => `"${name}"`).join(', ')}
             from export.claims_client_b where _file_id = $1 order by 1`,
    values: [file.id],
    rowMode: 'array',
  });
  return found.rows;
}

async function rejectedRows(file: {
  id: string;
}): Promise<{ row_number: number; reason: string; raw: string }[]> {
  const { body } = await pipeline.ask<string>('GET', `/files/${file.id}/rejected-rows`);
  return body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function workbook(
  sheets: { name: string; rows: unknown[][]; hidden?: boolean }[],
  options: XLSX.WritingOptions = {},
): Buffer {
  const book = XLSX.utils.book_new();
  for (const sheet of sheets)
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(sheet.rows), sheet.name);
  book.Workbook = { Sheets: sheets.map((sheet) => ({ Hidden: sheet.hidden ? 1 : 0 })) };
  return XLSX.write(book, { type: 'buffer', bookType: 'xlsx', bookSST: true, ...options });
}
const cells = (number: string | number) => [
  'medical',
  'M1',
  number,
  '7/1/2023',
  'lab',
  'CPT',
  '99213',
  'A',
  10,
  'paid',
];

describe('files that must load', () => {
  const good = csv(record('C1'), record('C2'));
  test.each<[string, Buffer | string]>([
    ['a byte order mark', `\ufeff${good}`],
    ['CRLF', good.replaceAll('\n', '\r\n')],
    ['lone CR', good.replaceAll('\n', '\r')],
    ['no final newline', good.trimEnd()],
    ['UTF-16, little-endian', Buffer.from(`\ufeff${good}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${good}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(good, 'utf16le')],
    [
      'blank rows, before, between and after',
      `\n\n${COLUMNS}\n\n${record('C1')}\n,,,,,,,,,\n${record('C2')}\n\n \n`,
    ],
    ['semicolons', good.replaceAll(',', ';')],
    ['tabs', good.replaceAll(',', '\t')],
    [
      'header cells that differ in case and spaces',
      good.replace(COLUMNS, COLUMNS.toUpperCase().replace('MEMB_ID', ' Memb  Id ')),
    ],
    ['quoted header cells', good.replace(COLUMNS, COLUMNS.replace(/\w+/g, '"$&"'))],
  ])('%s', async (_, content) => {
    const file = await pipeline.load(content, NAME);
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 2, rows_rejected: 0 });
    expect(await rows(file, 'claim_number', 'status')).toEqual([
      [1, 'C1', 'paid'],
      [2, 'C2', 'paid'],
    ]);
  });

  test('Windows-1252, also where it shows only far into the file', async () => {
    const filler = Array.from({ length: 20_000 }, (_, i) => record(`F${i}`));
    const text = csv(...filler, record('C1', 'Café – Ambulatório €'));
    const bytes = Buffer.from(text.replace('€', '\x80').replace('–', '\x96'), 'latin1');
    const file = await pipeline.load(bytes, NAME);
    expect(file).toMatchObject({
      state: 'loaded',
      rows_loaded: 20_001,
      rows_rejected: 0,
      load_path: 'copy',
    });
    expect((await rows(file, 'hospital_service')).at(-1)).toEqual([20_001, 'Café – Ambulatório €']);
  });

  test('one record with a byte that is not UTF-8 leaves the others as they are', async () => {
    const text = Buffer.from(csv(record('C1', 'é東'), record('C2', 'caf@'), record('C3', 'ü')));
    text[text.indexOf('@')] = 0xe9;
    const file = await pipeline.load(text, NAME);
    expect(await rows(file, 'hospital_service')).toEqual([
      [1, 'é東'],
      [2, 'café'],
      [3, 'ü'],
    ]);
  });

  test('a header that begins like a zip, and blank lines of delimiters above it', async () => {
    const file = await pipeline.load(`,,,,\n\nPK,${COLUMNS}\n1,${record('C1')}\n`, NAME);
    expect(await rows(file, 'pk', 'claim_number')).toEqual([[1, '1', 'C1']]);
  });

  test('a workbook with hundreds of blank rows above the header and below it', async () => {
    const blank = Array.from({ length: 250 }, () => []);
    const book = workbook([{ name: 's', rows: [...blank, COLUMNS.split(','), ...blank, cells('C1')] }]);
    expect(
      await rows(await pipeline.load(book, 'Patient-claim-client_b-202307.xlsx'), 'claim_number'),
    ).toEqual([[251, 'C1']]);
  });

  test('UTF-8 stays as it came, on the fast way and on the tolerant one', async () => {
    for (const [extra, path, good] of [
      [[], 'copy', 1],
      [['ragged'], 'records', 1],
    ] as const) {
      const file = await pipeline.load(csv(record('C1', 'Ünïcode 東京 '), ...extra), NAME);
      expect(file).toMatchObject({ state: 'loaded', rows_loaded: good, load_path: path });
      expect(await rows(file, 'hospital_service')).toEqual([[1, 'Ünïcode 東京 ']]);
    }
  });

  test('an empty field is null, a quoted empty one the empty string', async () => {
    for (const extra of [[], ['ragged']]) {
      const file = await pipeline.load(
        csv(record('C1', ''), record('C2', '""'), record('C3', ' '), ...extra),
        NAME,
      );
      expect(await rows(file, 'hospital_service')).toEqual([
        [1, null],
        [2, ''],
        [3, ' '],
      ]);
    }
  });

  test('an end-of-data marker inside a quoted field', async () => {
    for (const extra of [[], ['ragged']]) {
      const file = await pipeline.load(
        csv(record('C1', '"x\n\\.\ny"'), record('C2', '\\.'), record('C3'), ...extra),
        NAME,
      );
      expect(file).toMatchObject({ state: 'loaded', rows_loaded: 3 });
      expect(await rows(file, 'hospital_service')).toEqual([
        [1, 'x\n\\.\ny'],
        [2, '\\.'],
        [3, 'lab'],
      ]);
    }
  });

  test('empty header cells', async () => {
    const file = await pipeline.load(`${COLUMNS},,\n${record('C1')},x,\n`, NAME);
    expect(file).toMatchObject({
      state: 'loaded',
      drift: { added: ['column_11', 'column_12'], missing: [] },
    });
    expect(await rows(file, 'column_11', 'column_12')).toEqual([[1, 'x', null]]);
  });

  test('columns in another order, and optional ones missing', async () => {
    const header = 'status,cost_total,code,received_date,claim_number,memb_id';
    const file = await pipeline.load(`${header}\npaid,10.00,99213,7/1/2023,C1,M1\n`, NAME);
    expect(file).toMatchObject({
      state: 'loaded',
      drift: { added: [], missing: ['claim_category', 'hospital_service', 'code_system', 'diagnosis_type'] },
    });
    expect(await rows(file, 'claim_number', 'status', 'memb_id', 'hospital_service')).toEqual([
      [1, 'C1', 'paid', 'M1', null],
    ]);
  });

  test('extra columns of any name', async () => {
    const long = 'a very long name '.repeat(8);
    const header = `${COLUMNS},"say ""hi"", ""you""",${long},_file_id,_row_number,xmin,select`;
    const file = await pipeline.load(`${header}\n${record('C1')},1,2,3,4,5,6\n`, NAME);
    expect(file.state).toBe('loaded');
    const { added } = file.drift;
    expect(added).toHaveLength(6);
    expect(added).toEqual(
      expect.arrayContaining(['say_hi_you', 'file_id', 'row_number', 'select', 'xmin_column']),
    );
    expect(added.every((name) => Buffer.byteLength(name) <= 63)).toBe(true);
    expect(await rows(file, ...added)).toEqual([[1, '1', '2', '3', '4', '5', '6']]);
  });

  test('a workbook: the first visible sheet, whatever the names say; ids as numbers; blank rows and cells', async () => {
    const header = COLUMNS.split(',');
    const data = [
      header,
      cells(42711784),
      [],
      cells(1e21),
      [null, '', null],
      [...cells('C3'), null, 'beyond'],
    ];
    const content = workbook([
      { name: 'claims', rows: [['not', 'this']], hidden: true },
      { name: 'membership', rows: data },
      { name: 'claims 2', rows: [['nor', 'this']] },
    ]);
    const file = await pipeline.load(content, 'Patient-claim-client_b-202307.xlsx');
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 3, rows_rejected: 0, load_path: 'workbook' });
    expect(await rows(file, 'claim_number', 'cost_total', 'column_12')).toEqual([
      [1, '42711784', '10', null],
      [3, '1000000000000000000000', '10', null],
      [5, 'C3', '10', 'beyond'],
    ]);
  });

  test('a workbook whose name says CSV, and the reverse', async () => {
    const book = workbook([{ name: 's', rows: [COLUMNS.split(','), cells('C1')] }]);
    expect(await pipeline.load(book, NAME)).toMatchObject({
      state: 'loaded',
      format: 'xlsx',
      rows_loaded: 1,
    });
    const text = csv(record('C1'), record('X9'));
    expect(await pipeline.load(text, 'Patient-claim-client_b-202307.xlsx')).toMatchObject({
      state: 'loaded',
      format: 'csv',
    });
  });
});

describe('rows that are rejected, each alone', () => {
  test.each<[string, string[], [number, string][]]>([
    [
      'ragged rows',
      ['1,2', `${record('R')},more`],
      [
        [2, 'too_few_fields'],
        [3, 'too_many_fields'],
      ],
    ],
    [
      'a stray quote',
      [record('R', '5" pipe'), record('R', '"x"y')],
      [
        [2, 'stray_quote'],
        [3, 'stray_quote'],
      ],
    ],
    [
      'an unterminated quote',
      [record('R', '"open'), record('R', '"open too')],
      [
        [2, 'unterminated_quote'],
        [3, 'unterminated_quote'],
      ],
    ],
    [
      'an end-of-data marker',
      ['\\.', '\\.'],
      [
        [2, 'end_of_data_marker'],
        [3, 'end_of_data_marker'],
      ],
    ],
  ])('%s', async (_, [first, second], expected) => {
    const file = await pipeline.load(csv(record('C1'), first!, second!, record('C4'), record('C5')), NAME);
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 3, rows_rejected: 2, load_path: 'records' });
    expect(await rows(file, 'claim_number')).toEqual([
      [1, 'C1'],
      [4, 'C4'],
      [5, 'C5'],
    ]);
    const rejected = await rejectedRows(file);
    expect(rejected.map((row) => [row.row_number, row.reason])).toEqual(expected);
    expect(rejected.map((row) => row.raw)).toEqual([first, second]);
  });

  test('two broken quotes in one column, whole records between them', async () => {
    for (const [open, close] of [
      ['"', '"'],
      ['"Best plan', 'pipe 5"'],
    ]) {
      const records = [record('C1'), record('C2', open), record('C3'), record('C4', close), record('C5')];
      const file = await pipeline.load(csv(...records), NAME);
      expect(file).toMatchObject({ rows_loaded: 3, rows_rejected: 2 });
      expect(await rows(file, 'claim_number')).toEqual([
        [1, 'C1'],
        [3, 'C3'],
        [5, 'C5'],
      ]);
      expect((await rejectedRows(file)).map((row) => row.row_number)).toEqual([2, 4]);
    }
  });

  test('hundreds of thousands of them', async () => {
    const file = await pipeline.load(`${csv(record('C1'))}${'x\n'.repeat(400_000)}`, NAME);
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 1, rows_rejected: 400_000 });
  });

  test('a quote left open at the end of the file', async () => {
    const file = await pipeline.load(csv(record('C1'), record('C2', '"open'), record('C3')).trimEnd(), NAME);
    expect(await rows(file, 'claim_number')).toEqual([
      [1, 'C1'],
      [3, 'C3'],
    ]);
    expect(file).toMatchObject({ rows_loaded: 2, rows_rejected: 1 });
  });

  test('thousands of them, in their order, also as CSV', async () => {
    const bad = Array.from({ length: 5000 }, (_, i) => (i % 2 ? record(`C${i}`) : `bad,"${i}""`));
    const file = await pipeline.load(csv(...bad), NAME);
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 2500, rows_rejected: 2500 });
    expect((await rejectedRows(file)).map((row) => row.row_number)).toEqual(
      Array.from({ length: 2500 }, (_, i) => 2 * i + 1),
    );
    const answer = await pipeline.ask<string>('GET', `/files/${file.id}/rejected-rows`, {
      headers: { accept: 'text/csv' },
    });
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.body.split('\n')).toHaveLength(2502);
    expect(answer.body.split('\n')[1]).toMatch(/^"1","\w+","[^"]+","bad,""0"""""$/);
  });
});

/** A zip of one entry that inflates to so many zeros. */
function bomb(mebibytes: number): Buffer {
  const size = mebibytes * 1024 * 1024;
  const data = deflateRawSync(Buffer.alloc(size), { level: 9 });
  const name = Buffer.from('xl/workbook.xml');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(size, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 6);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(size, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + data.length, 16);
  return Buffer.concat([local, name, data, central, name, end]);
}

describe('files that are refused', () => {
  const XLSX_NAME = 'Patient-claim-client_b-202307.xlsx';
  const book = workbook([{ name: 's', rows: [COLUMNS.split(','), cells(MARKER)] }]);
  const secret = (text: string) => text.replaceAll('lab', MARKER);
  const zipOfText = () => {
    const other = XLSX.CFB.utils.cfb_new();
    XLSX.CFB.utils.cfb_add(other, '/hello.txt', Buffer.from(MARKER));
    return Buffer.from(XLSX.CFB.write(other, { fileType: 'zip', type: 'buffer' }) as Buffer);
  };
  const cases: [string, Buffer | string, string, RegExp][] = [
    ['an empty file', '', NAME, /empty/],
    ['blank lines only', '\n \n\r\n', NAME, /blank/],
    ['a header only', `${COLUMNS}\n\n`, NAME, /no rows/],
    [
      'missing required columns',
      secret(csv(record('C1')))
        .replace('claim_number', 'x')
        .replace('status', 'y'),
      NAME,
      /"claim_number", "status"/,
    ],
    ['two columns of one name', secret(`${COLUMNS},Memb ID\n${record('C1')},x\n`), NAME, /one name.*memb_id/],
    [
      'two unknown columns of one name',
      `${COLUMNS},${MARKER},${MARKER}\n${record('C1')},x,y\n`,
      NAME,
      /one name.*column/,
    ],
    [
      'no header',
      secret(`${record('C1')}\n${record('C2')}\n`),
      NAME,
      /missing.*None of its columns is known/,
    ],
    ['NUL bytes', secret(csv(record('C1'), record('\0'))), NAME, /NUL/],
    [
      'NUL bytes beyond its beginning',
      csv(...Array.from({ length: 30_000 }, (_, i) => record(`${MARKER}${i}`)), record('\0')),
      NAME,
      /NUL/,
    ],
    ['a truncated workbook', book.subarray(0, book.length - 100), XLSX_NAME, /damaged|cut off/],
    [
      'a workbook with a hole',
      Buffer.concat([book.subarray(0, 200), Buffer.alloc(400), book.subarray(600)]),
      XLSX_NAME,
      /damaged|not an .xlsx/,
    ],
    [
      'a password-protected workbook',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4096)]),
      XLSX_NAME,
      /password/,
    ],
    ['a bomb', bomb(64), XLSX_NAME, /grows beyond/],
    ['a zip that is no workbook', zipOfText(), XLSX_NAME, /not an .xlsx/],
    ['an empty workbook', workbook([{ name: 's', rows: [] }]), XLSX_NAME, /empty/],
    [
      'a workbook with a header only',
      workbook([{ name: 's', rows: [COLUMNS.split(',')] }]),
      XLSX_NAME,
      /no rows/,
    ],
    ['a PDF under a name that says CSV', `%PDF-1.7\n${MARKER}`, NAME, /PDF/],
    [
      'a picture under a name that says XLSX',
      Buffer.from('89504e470d0a1a0a00000000', 'hex'),
      XLSX_NAME,
      /image/,
    ],
    ['HTML under a name that says CSV', `<!DOCTYPE html><p>${MARKER}`, NAME, /HTML/],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256)),
      NAME,
      /./,
    ],
    [
      'a quote in the header that only a later row closes',
      `${COLUMNS},"note\n${record('C1')},"${MARKER}"\n${record('C2')},"x"\n`,
      NAME,
      /header cannot be read/,
    ],
    [
      'rows wider than a table row can be',
      `${COLUMNS},${Array.from({ length: 900 }, (_, i) => `w${i}`).join(',')}\n${record('C1')}${`,${MARKER}`.repeat(900)}\n`,
      NAME,
      /larger than a table row/,
    ],
    ['a header that never ends', `"${MARKER}`.padEnd(2_000_000, 'x'), NAME, /./],
    ['nothing but bad rows', csv('1,2', '3,4'), NAME, /None of the file's 2 rows/],
    [
      'too many columns',
      `${COLUMNS},${Array.from({ length: 1200 }, (_, i) => `x${i}`).join(',')}\n1\n`,
      NAME,
      /at most 1000/,
    ],
  ];
  test.each(cases)('%s', async (_, content, name, reason) => {
    const answer = await pipeline.send(content, name);
    let said: string;
    if (answer.status === 400) {
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      said = answer.body.detail;
    } else {
      expect(answer.status).toBe(202);
      const file: FileBody = await pipeline.settled(answer.body.id);
      expect(file.state).toBe('rejected');
      expect(file.attempts, 'no retry helps a bad file').toBe(1);
      expect(await rows(file, 'claim_number')).toEqual([]);
      said = file.message!;
    }
    expect(said).toMatch(reason);
    expect(JSON.stringify(answer.body)).not.toContain(MARKER);
    expect(said).not.toContain(MARKER);
  });

  const german = (encoding: 'latin1' | 'utf8', delimiter: string) =>
    Buffer.from(
      [
        ['Mitglieds-Nr.', 'Name', 'Geschlecht', 'Geburtsdatum', 'Straße / Nr.', 'Monat'],
        ['1', `Müller, ${MARKER}`, 'W', '4.4.2003', 'Königsplatz 1', '07.2023'],
      ]
        .map((fields) => `${fields.join(delimiter)}\r\n`)
        .join(''),
      encoding,
    );
  test.each<[string, Buffer, string, RegExp]>([
    ['another format', book, 'wrong_format', /takes CSV only/],
    ['another delimiter', german('latin1', '\t'), 'wrong_delimiter', /delimited by semicolons.*by tabs/],
    ['another encoding', german('utf8', ';'), 'wrong_encoding', /Save it as ISO-8859-1/],
  ])('not as the feed describes its files: %s', async (_, content, code, reason) => {
    const answer = await pipeline.send(content, 'Patient-membership-clientD-202307.csv');
    expect([answer.status, answer.body.type]).toEqual([400, `urn:waymark:problem:${code}`]);
    expect(answer.body.detail).toMatch(reason);
    expect(JSON.stringify(answer.body)).not.toContain(MARKER);
  });

  test('not these: it is as the feed describes it', async () => {
    const right = await pipeline.load(german('latin1', ';'), 'Patient-membership-clientD-202307.csv');
    expect(right).toMatchObject({ state: 'loaded', rows_loaded: 1, load_path: 'copy' });
  });

  test('the columns that are missing are named, and the feed that it looks like', async () => {
    const { status, body } = await pipeline.send(csv(record('C1')), 'Patient-membership-client_b-202307.csv');
    expect(status).toBe(400);
    expect(body.type).toBe('urn:waymark:problem:missing_columns');
    expect(body.detail).toContain('"mem_id"');
    expect(body.detail).toContain("looks like client_b's claims");
    const other = await pipeline.send(csv(record('C1')), 'Patient-claim-client_a-202307.csv');
    expect(other.body.detail).toContain("looks like client_b's claims");
  });

  test.each<[string, string, Record<string, string>, string, RegExp]>([
    ['a path', '../../etc/Patient-claim-client_b-202307.csv', {}, '/files', /not a path/],
    ['a path of another system', 'C:\\x\\Patient-claim-client_b-202307.csv', {}, '/files', /not a path/],
    ['an unknown client', 'Patient-claim-client_z-202307.csv', {}, '/files', /No client "client_z"/],
    ['month 13', 'Patient-claim-client_b-202313.csv', {}, '/files', /period cannot be told/],
    ['month 13 in a field', NAME, { period: '2023-13' }, '/files', /"period" must be a month/],
    ['another ending', 'Patient-claim-client_b-202307.txt', {}, '/files', /\.csv or an \.xlsx/],
    ['a name that says nothing', 'claims.csv', {}, '/files', /client, file_type, period cannot be told/],
    ['an unknown file type', NAME, { file_type: 'pharmacy' }, '/files', /"file_type" must be/],
    ['claims at the route for members', NAME, {}, '/patients/membership', /send it to \/patients\/claims/],
  ])('a name or field: %s', async (_, name, fields, route, reason) => {
    const { status, body } = await pipeline.send(csv(record('C1')), name, { fields, route });
    expect(status).toBe(400);
    expect(body.detail).toMatch(reason);
  });

  test('form fields beat the name, and suffice without it', async () => {
    const { body } = await pipeline.send(csv(record('F1')), 'Patient-membership-clientA-202301.csv', {
      fields: { client: 'clientB', file_type: 'claim', period: '202311' },
    });
    expect(body).toMatchObject({ client: 'client_b', file_type: 'claims', period: '2023-11' });
    const routed = await pipeline.send(csv(record('F2')), 'anything.csv', {
      route: '/patients/claims',
      fields: { client: 'client_b', period: '2023-11' },
    });
    expect(routed.status).toBe(202);
  });

  test('requests of another shape', async () => {
    const text = await pipeline.ask('POST', '/files', {
      body: 'a,b',
      headers: { 'content-type': 'text/csv' },
    });
    expect(text.status).toBe(415);
    const none = new FormData();
    none.set('client', 'client_b');
    expect((await pipeline.ask('POST', '/files', { body: none })).status).toBe(400);
    const two = new FormData();
    for (const name of [NAME, NAME]) two.append('file', new Blob([csv(record('C1'))]), name);
    expect((await pipeline.ask('POST', '/files', { body: two })).status).toBe(400);
    const cut = await pipeline.ask('POST', '/files', {
      body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nabc',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(cut.status).toBe(400);
  });

  test('a form field that is there twice', async () => {
    const form = new FormData();
    form.append('period', '2023-01');
    form.append('period', '2023-02');
    form.set('file', new Blob([csv(record('C1'))]), NAME);
    const { status, body } = await pipeline.ask('POST', '/files', { body: form });
    expect([status, body.detail]).toEqual([400, 'The form field "period" is there more than once.']);
  });

  test('no token, or a wrong one', async () => {
    for (const token of [null, 'another-token-altogether']) {
      const answer = await pipeline.send(csv(record('C1')), NAME, { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  test('a client that aborts half way leaves no ledger row and no bytes', async () => {
    const before = await pipeline.db.query('select count(*)::int as count from ingest.file');
    const stored = (await pipeline.stored()).length;
    const url = new URL('/files', pipeline.apiUrl);
    const upload = request(url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer a-token-for-tests-only',
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': '100000000',
      },
    });
    upload.on('error', () => {});
    upload.write(
      `--x\r\nContent-Disposition: form-data; name="file"; filename="${NAME}"\r\n\r\n${csv(record('C1'))}`,
    );
    await until(async () => (await pipeline.stored()).length > stored, 'the bytes to arrive');
    upload.destroy();
    await until(async () => (await pipeline.stored()).length === stored, 'the bytes to be forgotten');
    const after = await pipeline.db.query('select count(*)::int as count from ingest.file');
    expect(after.rows).toEqual(before.rows);
  });

  test('what is refused leaves no bytes behind, and no value in a log', async () => {
    const { rows: known } = await pipeline.db.query('select count(*)::int as count from ingest.file');
    expect(await pipeline.stored()).toHaveLength(known[0].count);
    expect(pipeline.logs()).not.toContain(MARKER);
  });
});
