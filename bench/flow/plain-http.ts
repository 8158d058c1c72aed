/** An HTTP server that streams what it is sent into a file, and does no more: `node bench/flow/plain-http.ts PORT FILE`. */
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';

const [port, path] = process.argv.slice(2);
const server = createServer({ requestTimeout: 0 }, async (request, response) => {
  if (request.method === 'POST') await pipeline(request, createWriteStream(path!));
  response.end();
});
server.listen(Number(port), '127.0.0.1');
