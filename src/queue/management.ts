import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { explainTls } from '../platform/tls.ts';

const ANSWER_DEADLINE_MS = 5000;

export interface Management {
  /** http or https. */
  url: string | URL;
  username: string;
  password: string;
  /** Certificates in PEM that may sign the server's; those that Node knows where it is not given. */
  ca?: string | undefined;
}

/**
 * One request to RabbitMQ's management API. Not by `fetch`, which cannot be told of a CA.
 * @throws TlsError where the server cannot show who it is
 */
export function askManagement(
  { url, username, password, ca }: Management,
  method = 'GET',
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const at = new URL(url);
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => reject(explainTls(error, at.host, 'AMQP_CA_FILE'));
    const asked = (at.protocol === 'https:' ? https : http)(
      at,
      {
        method,
        // A URL's own would win over it, and it must not stand in a message.
        auth: `${username}:${password}`,
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
        ...(ca !== undefined && { ca }),
      },
      (response) => {
        const parts: Buffer[] = [];
        response
          .on('data', (part: Buffer) => parts.push(part))
          .once('error', refuse)
          .once('end', () =>
            resolve({ status: response.statusCode!, text: Buffer.concat(parts).toString() }),
          );
      },
    );
    asked.once('error', refuse).end(sent);
  });
}
