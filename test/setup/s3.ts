import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild, untilReady } from '../../src/dev/child.ts';
import { anyPort, connectOnce } from '../../src/dev/ports.ts';
import { VERSITYGW, versitygwInstalled } from '../../src/dev/versitygw.ts';

/** Whether tests on S3 can run: `waymark test` builds the server where Go is there. CI has to have it. */
export const hasS3 = versitygwInstalled() || process.env.CI !== undefined;

const BUCKET = 'waymark-test';
const REGION = 'us-east-1';

/** An S3 server of its own with one bucket. */
export interface TestS3 {
  bucket: string;
  /** What Waymark has to be told to use it; the bucket's place below `prefix`. */
  env(
    prefix?: string,
  ): Record<'STORAGE_URL' | 'S3_ENDPOINT' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>;
  /** Where the server keeps the objects: what is in it counts. */
  folder: string;
  /** The server's log: one line a request. */
  log: string;
  server: Child;
  stop(): Promise<void>;
}

/** Starts a versitygw. @param options.data where the objects are to be, `options.tls` its certificate */
export async function startS3(
  options: { tls?: { cert: string; key: string }; data?: string; port?: number } = {},
): Promise<TestS3> {
  const home = await mkdtemp(join(tmpdir(), 'waymark-s3-'));
  const data = options.data ?? join(home, 'data');
  const folder = join(data, BUCKET);
  // Attributes beside the files: not every file system that a test runs on can keep them.
  const attributes = join(home, 'attributes');
  await mkdir(folder, { recursive: true });
  await mkdir(attributes);
  const port = options.port ?? (await anyPort());
  const scheme = options.tls ? 'https' : 'http';
  const credentials = { AWS_ACCESS_KEY_ID: 'waymark-test', AWS_SECRET_ACCESS_KEY: 'a-secret-for-tests-only' };
  const server = await startChild({
    name: 'versitygw',
    command: [
      VERSITYGW,
      ...['--port', `127.0.0.1:${port}`, '--region', REGION],
      ...['--access', credentials.AWS_ACCESS_KEY_ID, '--secret', credentials.AWS_SECRET_ACCESS_KEY],
      ...(options.tls ? ['--cert', options.tls.cert, '--key', options.tls.key] : []),
      'posix',
      ...['--sidecar', attributes],
      data,
    ],
    env: { PATH: process.env.PATH },
    log: join(home, 'versitygw.log'),
    stopSignal: 'SIGTERM',
  });
  const stop = async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await untilReady(server, () => connectOnce(port), { signal: new AbortController().signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    bucket: BUCKET,
    env: (prefix = '') => ({
      STORAGE_URL: `s3://${BUCKET}/${prefix}`,
      S3_ENDPOINT: `${scheme}://127.0.0.1:${port}`,
      ...credentials,
    }),
    folder,
    log: server.log,
    server,
    stop,
  };
}
