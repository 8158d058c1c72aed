import { text } from 'node:stream/consumers';
import { readConfig } from '../../src/platform/config.ts';
import { openStorage } from '../../src/storage/open.ts';

// Begins two uploads in the storage of the environment, a small one that is read and a large one, and waits to be killed.

const storage = await openStorage(readConfig(process.env, 'storage'));
const small = await storage.create();
await small.write(Buffer.from('small'));
await text(small.read());
const large = await storage.create();
for (let i = 0; i < 20; i++) await large.write(Buffer.alloc(1024 * 1024));
setInterval(() => {}, 1000);
