import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A frontend's simple query `commit` on Postgres' wire: 'Q', length, text, NUL. */
const COMMIT = Buffer.from('commit\0');
/** A value of the one statement by which an API accepts a file, and which commits by itself. */
const ROUTING_KEY = Buffer.from('file.client_');

interface Line {
  client: Socket;
  server: Socket;
}

/** A place in a line of bytes where it can be cut, held up or slowed down. Whom it leads to may change its port. */
export class Wire {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #target: number;
  #delayMs = 0;
  #atCommit: { arrives: boolean; happened: () => void } | undefined;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  static async open(target: number): Promise<Wire> {
    const server = createServer({ allowHalfOpen: true });
    const wire = new Wire(server, target);
    server.on('connection', (client) => wire.#join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  leadTo(port: number): void {
    this.#target = port;
  }

  /** Cuts every line. @returns how many */
  cut(): number {
    const { size } = this.#lines;
    for (const line of this.#lines) end(line);
    return size;
  }

  /** Takes bytes from nobody until `resume`. @returns how many lines stand still */
  stall(): number {
    for (const { client, server } of this.#lines) {
      client.pause();
      server.pause();
    }
    return this.#lines.size;
  }

  resume(): void {
    for (const { client, server } of this.#lines) {
      client.resume();
      server.resume();
    }
  }

  /** Holds every piece back for so long; 0 for no longer. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Cuts the next line that commits: before the server hears of it, or when it has answered and the client has not heard. */
  cutAtCommit(how: 'before' | 'after'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#atCommit = { arrives: how === 'after', happened: resolve };
    return promise;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const line = { client, server };
    this.#lines.add(line);
    let committing = false;
    const leave = () => {
      this.#lines.delete(line);
      end(line);
    };
    client.on('error', leave).on('close', leave);
    server.on('error', leave).on('close', leave);
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    client.on('data', (bytes) => {
      if (this.#atCommit && commits(bytes)) {
        if (!this.#atCommit.arrives) return this.#cutOff(leave);
        committing = true;
      }
      this.#pass(bytes, client, server);
    });
    server.on('data', (bytes) => {
      if (committing && this.#atCommit) return this.#cutOff(leave);
      this.#pass(bytes, server, client);
    });
  }

  #cutOff(leave: () => void): void {
    const { happened } = this.#atCommit!;
    this.#atCommit = undefined;
    leave();
    happened();
  }

  #pass(bytes: Buffer, from: Socket, to: Socket): void {
    const write = () => {
      if (to.destroyed || to.write(bytes)) from.resume();
      else to.once('drain', () => from.resume());
    };
    from.pause();
    if (this.#delayMs === 0) write();
    else setTimeout(write, this.#delayMs);
  }
}

const commits = (bytes: Buffer) =>
  bytes.subarray(-COMMIT.length).equals(COMMIT) || bytes.includes(ROUTING_KEY);

function end({ client, server }: Line): void {
  client.destroy();
  server.destroy();
}
