import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request to S3 as it went by. */
export interface Seen {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Bytes of the body, up and down. */
  sent: number;
  received: number;
}

/** What is to happen to a request instead of passing: an answer of this status, or a loss after so many bytes of it. */
export type Harm = { status: number; code: string } | { cutAfter: number } | undefined;

export interface S3Proxy {
  url: string;
  seen: Seen[];
  stop(): Promise<void>;
}

/** Stands between Waymark and an S3 server, sees every request and may do it harm. */
export async function startS3Proxy(
  endpoint: string,
  harm: (seen: Seen) => Harm = () => undefined,
): Promise<S3Proxy> {
  const seen: Seen[] = [];
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const one: Seen = { method, url, headers, sent: 0, received: 0 };
    seen.push(one);
    const harmed = harm(one);
    if (harmed && 'status' in harmed) {
      incoming.resume();
      outgoing.writeHead(harmed.status, { 'content-type': 'application/xml' });
      outgoing.end(`<Error><Code>${harmed.code}</Code><Message>on purpose</Message></Error>`);
      return;
    }
    // The host's name is signed: it stays as it was asked for.
    const passed = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.on('data', (chunk: Buffer) => {
        one.received += chunk.length;
        if (harmed && one.received >= harmed.cutAfter) {
          incoming.socket.destroy();
          answer.destroy();
        } else if (!outgoing.write(chunk)) {
          answer.pause();
          outgoing.once('drain', () => answer.resume());
        }
      });
      answer.on('end', () => outgoing.end());
    });
    passed.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.on('data', (chunk: Buffer) => {
      one.sent += chunk.length;
    });
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
