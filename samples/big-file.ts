import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeBigWorkbook } from './big-workbook.ts';
import { decimal } from './claim.ts';
import { clientA } from './client-a.ts';
import { clientB } from './client-b.ts';
import { clientC } from './client-c.ts';
import { clientD } from './client-d.ts';
import { csvBytes, csvHeader, csvRow } from './csv.ts';
import { type Client, headerOf } from './feed.ts';
import { person } from './person.ts';
import { Random } from './random.ts';
import { type Column, type FileType, meaning, type Row } from './row.ts';
import { type CsvWriting, NAMED } from './sample-file.ts';
import { claimOf } from './set-one.ts';

export interface BigFile {
  seed: number;
  rows: number;
  client: string;
  fileType: string;
  format: string;
  folder: string;
}

/** A sheet ends at row 1,048,576, and the header takes one. */
const MOST_SHEET_ROWS = 1_048_575;
const PERIOD = '2023-07';
/** Claim lines for each member that the claims speak of: `--type patient_registration --rows N/10` matches them. */
const LINES_A_MEMBER = 10;
/** Rows joined into one write: small enough for bounded memory, large enough to be quick. */
const ROWS_A_CHUNK = 500;

const CLIENTS: Record<string, Client> = {
  client_a: clientA,
  client_b: clientB,
  client_c: clientC,
  client_d: clientD,
};

/** Writes one file of any size, without bad values, and beside it what it holds. Gives the file's path. */
export async function writeBigFile(request: BigFile): Promise<string> {
  const { client, fileType, format, folder } = request;
  const clientFeeds = CLIENTS[client];
  if (!clientFeeds) throw new Error(`--client must be one of ${Object.keys(CLIENTS).join(', ')}`);
  if (!(fileType in NAMED)) throw new Error(`--type must be one of ${Object.keys(NAMED).join(', ')}`);
  if (format !== 'csv' && format !== 'xlsx') throw new Error('--format must be csv or xlsx');
  if (request.rows < 1) throw new Error('--rows must be 1 or more');
  if (format === 'xlsx' && request.rows > MOST_SHEET_ROWS) {
    throw new Error(`--rows must be at most ${MOST_SHEET_ROWS} for xlsx: a sheet has no more`);
  }

  const columns: readonly Column[] =
    fileType === 'claims' ? clientFeeds.claims.columns : clientFeeds.registration.columns;
  const header = headerOf({ columns });
  const tally = { cents: 0 };
  const rows = tallied(
    fileType === 'claims' ? claimRows(clientFeeds, request) : people(clientFeeds, request),
    tally,
  );
  const name = `Patient-${NAMED[fileType as FileType]}-${client}-${PERIOD.replace('-', '')}.${format}`;
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  const { csv = { newline: '\n' } } = clientFeeds;
  if (format === 'csv') await pipeline(Readable.from(csvChunks(rows, header, csv)), createWriteStream(path));
  else await writeBigWorkbook(path, header, rows);

  const described = {
    path: name,
    client,
    file_type: fileType,
    period: PERIOD,
    rows: request.rows,
    ...(fileType === 'claims' && { charge_amount: decimal(tally.cents) }),
  };
  await writeFile(`${path}.json`, `${JSON.stringify(described, null, 2)}\n`);
  return path;
}

function* people({ registration }: Client, { seed, rows }: BigFile): Generator<Row> {
  const context = { period: PERIOD, random: new Random(`${seed}/big/${registration.client}`) };
  const of = (index: number) => registration.rows(person(seed, registration.client, index), context);
  yield* exactly(rows, of);
}

/** So many rows of one subject after the other; the last one's may be cut short. */
function* exactly(rows: number, of: (index: number) => Row[]): Generator<Row> {
  let written = 0;
  for (let index = 0; written < rows; index += 1) {
    for (const row of of(index).slice(0, rows - written)) {
      yield row;
      written += 1;
    }
  }
}

function* claimRows(client: Client, { seed, rows }: BigFile): Generator<Row> {
  const context = { period: PERIOD, random: new Random(`${seed}/big/${client.claims.client}`) };
  const members = Math.max(1, Math.floor(rows / LINES_A_MEMBER));
  const batch = { client, period: PERIOD, firstId: 100_000_001, count: 0, members };
  yield* exactly(rows, (index) => client.claims.rows(claimOf(seed, batch, index), context));
}

function* tallied(rows: Iterable<Row>, tally: { cents: number }): Generator<Row> {
  for (const row of rows) {
    const amount = meaning(row, 'charge_amount');
    if (amount !== null) tally.cents += Number(amount.replace('.', ''));
    yield row;
  }
}

function* csvChunks(rows: Iterable<Row>, header: string[], csv: CsvWriting): Generator<Buffer> {
  let lines = [csvHeader(header, csv)];
  for (const row of rows) {
    lines.push(csvRow(row, header, csv));
    if (lines.length < ROWS_A_CHUNK) continue;
    yield csvBytes(lines.join(''), csv);
    lines = [];
  }
  yield csvBytes(lines.join(''), csv);
}
