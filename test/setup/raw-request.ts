import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/**
 * Sends a body as it is made, in chunks, by a client that reads the answer whenever it comes: also before it has sent all.
 * @returns undefined where the connection ended without an answer
 */
export async function sendBody(
  url: string,
  headers: Record<string, string>,
  body: Iterable<Buffer | string> | AsyncIterable<Buffer | string>,
): Promise<RawAnswer | undefined> {
  const outgoing = request(url, { method: 'POST', headers, agent: false });
  const answered = Promise.race([
    once(outgoing, 'response') as Promise<[IncomingMessage]>,
    once(outgoing, 'close').then(() => undefined),
  ]).catch(() => undefined);
  outgoing.on('error', () => {});
  let over = false;
  answered.then(() => {
    over = true;
  });
  for await (const piece of body) {
    if (over || outgoing.destroyed) break;
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain'), answered]).catch(() => {});
  }
  if (!over) outgoing.end();
  const answer = await answered;
  if (!answer) return undefined;
  const [response] = answer;
  const said = await text(response).catch(() => '');
  outgoing.destroy();
  return { status: response.statusCode!, headers: response.headers, body: said };
}

/** Writes bytes to a port, without HTTP's rules. @returns what came back until the other side closed */
export async function sendBytes(
  url: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for await (const piece of pieces) {
    if (socket.destroyed || said !== '') break;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => {}), closed]);
  }
  await closed;
  return said;
}
