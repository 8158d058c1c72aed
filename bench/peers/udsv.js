// Loads a CSV by uDSV and COPY, a number and an id before each row: udsv.js FILE TABLE FILE_ID COLUMNS. libpq's environment
// says where the server is.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { inferSchema, initParser } from 'udsv';

const [file, table, id, columns] = process.argv.slice(2);
const PIECE = 256 * 1024;
const SPECIAL = /[\\\n\r\t]/;
const ESCAPED = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const escaped = (field) =>
  SPECIAL.test(field) ? field.replace(/[\\\n\r\t]/g, (found) => ESCAPED[found]) : field;
let number = 0;

const client = new pg.Client();
await client.connect();
await client.query('begin');
const copy = client.query(
  copyFrom(`copy ${table} (_file_id, _row_number, ${columns}) from stdin`, { highWaterMark: PIECE }),
);
await pipeline(createReadStream(file, { encoding: 'utf8', highWaterMark: PIECE }), lines, copy);
if (copy.rowCount !== number) throw new Error(`${number} rows were sent and ${copy.rowCount} taken`);
await client.query('commit');
await client.end();

async function* lines(pieces) {
  let parser;
  let out = '';
  const take = (fields) => {
    out += line(fields);
    return true;
  };
  for await (const piece of pieces) {
    parser ??= initParser(inferSchema(piece));
    parser.chunk(piece, parser.stringArrs, take);
    if (out !== '') yield Buffer.from(out);
    out = '';
  }
  parser.end();
  if (out !== '') yield Buffer.from(out);
}

function line(fields) {
  let text = `${id}\t${++number}`;
  for (const field of fields) text += field === '' ? '\t\\N' : `\t${escaped(field)}`;
  return `${text}\n`;
}
