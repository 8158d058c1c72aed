import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { Agent, type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Expected, Made } from './files.ts';

/** What was sent and answered, and what has to come of it. */
export interface Sent extends Omit<Made, 'bytes'> {
  id: string;
  size: number;
  /** Taken out again by us. */
  deleted: boolean;
  expected: Expected;
}

export interface Answer {
  status: number;
  body: { id?: string; state?: string; detail?: string };
}

const PATIENCE_MS = 90_000;

/** A client of the API: sends files as many times as it takes, and keeps the history of all of it. */
export class Sender {
  readonly history: Sent[] = [];
  readonly #urls: () => string[];
  readonly #token: string;
  readonly #responses: string;
  readonly #agent = new Agent({ keepAlive: false });
  #turn = 0;

  /** @param responses the file that takes every answer's text */
  constructor(urls: () => string[], token: string, responses: string) {
    this.#urls = urls;
    this.#token = token;
    this.#responses = responses;
  }

  /** Sends a file until it is accepted, as a client does that was answered nothing, or 5xx. */
  async send(made: Made): Promise<Sent> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.try(made).catch(() => undefined);
      if (answer && (answer.status === 202 || answer.status === 200))
        return this.remember(made, answer.body.id!);
      if (answer && answer.status < 500)
        throw new Error(`${made.name} was answered ${answer.status}: ${answer.body.detail}`);
      if (Date.now() > deadline)
        throw new Error(`nobody accepts ${made.name}: ${answer?.status ?? 'no answer'}`);
      await delay(200);
    }
  }

  remember(made: Made, id: string): Sent {
    const { bytes, ...rest } = made;
    const sent = { ...rest, id, size: bytes.length, deleted: false };
    this.history.push(sent);
    return sent;
  }

  /** Sends a file once. @throws where there is no answer */
  async try(made: Made, url = this.#next()): Promise<Answer> {
    const { head, tail, headers } = multipart(made);
    const ask = this.#ask('POST', `${url}/files`, headers);
    ask.end(Buffer.concat([head, made.bytes, tail]));
    return this.#answer(ask);
  }

  /** Begins to send, and gives the request back in the middle of the file. */
  begin(made: Made, url = this.#next()): { rest: Buffer; ask: ClientRequest; answer: Promise<Answer> } {
    const { head, tail, headers } = multipart(made);
    const ask = this.#ask('POST', `${url}/files`, headers);
    const middle = Math.floor(made.bytes.length / 2);
    ask.write(Buffer.concat([head, made.bytes.subarray(0, middle)]));
    const answer = this.#answer(ask);
    answer.catch(() => {});
    return { rest: Buffer.concat([made.bytes.subarray(middle), tail]), ask, answer };
  }

  async call(method: string, path: string): Promise<Answer> {
    const ask = this.#ask(method, this.#next() + path, {});
    ask.end();
    return this.#answer(ask);
  }

  #next(): string {
    const urls = this.#urls();
    if (urls.length === 0) throw new Error('no API is there');
    return urls[this.#turn++ % urls.length]!;
  }

  #ask(method: string, url: string, headers: Record<string, string | number>): ClientRequest {
    return request(url, {
      method,
      agent: this.#agent,
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
    });
  }

  async #answer(ask: ClientRequest): Promise<Answer> {
    const [response] = await once(ask, 'response');
    let text = '';
    for await (const piece of response) text += piece;
    appendFileSync(this.#responses, `${response.statusCode} ${JSON.stringify(response.headers)} ${text}\n`);
    return { status: response.statusCode, body: text.startsWith('{') ? JSON.parse(text) : {} };
  }
}

function multipart(made: Made): { head: Buffer; tail: Buffer; headers: Record<string, string | number> } {
  const boundary = `faults-${randomBytes(12).toString('hex')}`;
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${made.name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    head,
    tail,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + made.bytes.length + tail.length,
    },
  };
}
