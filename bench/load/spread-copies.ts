/**
 * A prototype (docs/decisions/0017): loads one CSV over two connections, `node bench/load/spread-copies.ts FILE FILE_ID attach|move`.
 * What the framer gives goes to whichever COPY is free. The first fills the feed's table; the second fills one of its own, which in the
 * first one's transaction becomes a child of the feed's (INHERIT), or whose rows are moved.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFeeds } from '../../src/files/feeds.ts';
import { CopyIn } from '../../src/load/copy-in.ts';
import { RecordFramer } from '../../src/load/csv-frames.ts';
import { exportTableSql } from '../../src/load/tables.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createPool, identifier } from '../../src/platform/database.ts';

const READ_BYTES = 256 * 1024;
const LF = 10;

const CONNECTIONS = 2;

const [path, fileId, how] = process.argv.slice(2) as [string, string, 'attach' | 'move'];
const config = readConfig(process.env, 'postgres', 'feeds');
const feed = (await readFeeds(config.FEEDS_DIR)).find('client_c', 'claims')!;
const columns = ['_file_id', '_row_number', ...feed.columns.map(({ name }) => identifier(name))];
const pool = createPool(config, 'bench', () => {}, { as: 'consumer', max: CONNECTIONS });
const whole = exportTableSql(feed);
const lanes = await Promise.all(
  Array.from({ length: CONNECTIONS }, async (_, i) => {
    const client = await pool.connect();
    const table = i === 0 ? whole : `export.${identifier(`_part_${fileId}_${i}`)}`;
    await client.query('begin');
    if (i > 0)
      await client.query(
        `create ${how === 'move' ? 'unlogged' : ''} table ${table} (like ${whole} including defaults)`,
      );
    const into = `copy ${table} (${columns.join(', ')}) from stdin (format text, null '', delimiter ',')`;
    return {
      client,
      table,
      copy: CopyIn.start(client, into),
      held: Buffer.alloc(0),
      sent: Promise.resolve(),
    };
  }),
);

const free = [...lanes];
let freed = Promise.withResolvers<void>();
async function send(bytes: Buffer): Promise<void> {
  while (free.length === 0) await freed.promise;
  const lane = free.shift()!;
  // The framer writes over its bytes while this COPY still has them.
  if (lane.held.length < bytes.length) lane.held = Buffer.alloc(bytes.length * 2);
  bytes.copy(lane.held);
  lane.sent = lane.copy.write(lane.held.subarray(0, bytes.length)).then(() => {
    free.push(lane);
    freed.resolve();
    freed = Promise.withResolvers();
  });
}

const framer = new RecordFramer(`${fileId},`, ',', feed.columns.length, false, () => {
  throw new Error('the file has an odd record');
});
const hash = createHash('sha256');
let header = true;
for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
  hash.update(chunk);
  const data = header ? chunk.subarray(chunk.indexOf(LF) + 1) : chunk;
  header = false;
  for (const { bytes } of framer.push(data)) await send(bytes);
}
for (const { bytes } of framer.end(Buffer.of(LF))) await send(bytes);
hash.digest('hex');
await Promise.all(lanes.map(({ sent }) => sent));
const taken = await Promise.all(lanes.map(({ copy }) => copy.end()));
if (taken.reduce((sum, rows) => sum + rows) !== framer.number) throw new Error('rows are missing');
const [first, ...others] = lanes;
await Promise.all(others.map(({ client }) => client.query('commit')));
for (const { table } of others)
  await first!.client.query(
    how === 'move'
      ? `insert into ${whole} select * from ${table}; drop table ${table}`
      : `alter table ${table} inherit ${whole}`,
  );
await first!.client.query('commit');
for (const { client } of lanes) client.release();
await pool.end();
