import { createHash, randomBytes } from 'node:crypto';
import { readConfig } from '../../src/platform/config.ts';
import { openStorage } from '../../src/storage/open.ts';

// Writes so many MiB into the storage of the environment, commits them and reads them back, then tells what memory that
// took: the peak in kB.

const mebibytes = Number(process.argv[2]);
const storage = await openStorage(readConfig(process.env, 'storage'));
const key = `client_a/claims/2023-07/${mebibytes}.csv`;
const [written, read] = [createHash('sha256'), createHash('sha256')];
const upload = await storage.create();
for (let i = 0; i < mebibytes * 16; i++) {
  const chunk = randomBytes(64 * 1024);
  written.update(chunk);
  await upload.write(chunk);
}
await upload.commit(key);
for await (const chunk of storage.read(key)) read.update(chunk);
if (written.digest('hex') !== read.digest('hex')) throw new Error('what was read is not what was written');
console.log(process.resourceUsage().maxRSS);
process.exit();
