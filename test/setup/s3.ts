import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild, untilReady } from '../../src/dev/child.ts';
import { anyPort, connectOnce } from '../../src/dev/ports.ts';
import { VERSITYGW, versitygwInstalled } from '../../src/dev/versitygw.ts';

/** Whether tests on S3 can run: `waymark test` builds the server where Go is there. CI has to have it. */
export const hasS3 = versitygwInstalled() || process.env.CI !== undefined;

const BUCKET = 'waymark-test';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'waymark-test', AWS_SECRET_ACCESS_KEY: 'a-secret-for-tests-only' };

export interface TestS3Options {
  tls?: { cert: string; key: string };
  /** Where the objects are to be. */
  data?: string;
}

/** An S3 server of a test's own, with one bucket. */
export class TestS3 {
  readonly #home: string;
  readonly #data: string;
  readonly #port: number;
  readonly #tls: TestS3Options['tls'];
  #server: Child | undefined;

  private constructor(home: string, port: number, options: TestS3Options) {
    this.#home = home;
    this.#port = port;
    this.#data = options.data ?? join(home, 'data');
    this.#tls = options.tls;
  }

  static async start(options: TestS3Options = {}): Promise<TestS3> {
    const home = await mkdtemp(join(tmpdir(), 'waymark-s3-'));
    const s3 = new TestS3(home, await anyPort(), options);
    await mkdir(s3.folder, { recursive: true });
    await mkdir(join(home, 'attributes'));
    try {
      await s3.comeBack();
    } catch (error) {
      await s3.stop();
      throw error;
    }
    return s3;
  }

  /** Where the bucket's objects are: a file each, by its key. */
  get folder(): string {
    return join(this.#data, BUCKET);
  }

  get endpoint(): string {
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** What Waymark has to be told to keep its files there. */
  env(prefix = '') {
    return { STORAGE_URL: `s3://${BUCKET}/${prefix}`, S3_ENDPOINT: this.endpoint, ...CREDENTIALS };
  }

  /** Starts the server again, with all that it had. */
  async comeBack(): Promise<void> {
    this.#server = await startChild({
      name: 'versitygw',
      command: [
        VERSITYGW,
        ...['--port', `127.0.0.1:${this.#port}`, '--region', 'us-east-1'],
        ...['--access', CREDENTIALS.AWS_ACCESS_KEY_ID, '--secret', CREDENTIALS.AWS_SECRET_ACCESS_KEY],
        ...(this.#tls ? ['--cert', this.#tls.cert, '--key', this.#tls.key] : []),
        'posix',
        // Attributes beside the files: not every file system that a test runs on can keep them.
        ...['--sidecar', join(this.#home, 'attributes')],
        this.#data,
      ],
      env: { PATH: process.env.PATH },
      log: join(this.#home, 'versitygw.log'),
    });
    await untilReady(this.#server, () => connectOnce(this.#port), { signal: new AbortController().signal });
  }

  /** Ends the server; its data stays. */
  async goAway(): Promise<void> {
    await this.#server?.stop();
  }

  async stop(): Promise<void> {
    await this.goAway();
    await rm(this.#home, { recursive: true, force: true });
  }
}
