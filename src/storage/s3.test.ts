import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasS3, TestS3 } from '../../test/setup/s3.ts';
import { type Harm, type S3Proxy, type Seen, startS3Proxy } from '../../test/setup/s3-proxy.ts';
import { readConfig } from '../platform/config.ts';
import { S3Storage } from './s3.ts';

const MiB = 1024 * 1024;
const KEY = 'client_a/claims/2023-07/file.csv';

const open = (env: Record<string, string>, limits = {}) => S3Storage.open(readConfig(env, 'storage'), limits);

async function store(storage: S3Storage, ...chunks: Buffer[]): Promise<void> {
  const upload = await storage.create();
  for (const chunk of chunks) await upload.write(chunk);
  await upload.commit(KEY);
}

function stubCredentials(env: Record<string, string>): void {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, env[name]);
}

describe.skipIf(!hasS3)('a bucket', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await TestS3.start();
  });
  afterAll(() => s3.stop());
  beforeEach(() => stubCredentials(s3.env()));
  afterEach(() => vi.unstubAllEnvs());

  describe('as it is asked', () => {
    let proxy: S3Proxy;
    let harm: (seen: Seen) => Harm;
    const openBy = (settings: Record<string, string> = {}, limits = {}) =>
      open({ ...s3.env(), S3_ENDPOINT: proxy.url, ...settings }, limits);

    beforeEach(async () => {
      harm = () => undefined;
      proxy = await startS3Proxy(s3.endpoint, (seen) => harm(seen));
    });
    afterEach(() => proxy.stop());

    test('every part goes with its SHA-256, and a commit moves no bytes', async () => {
      const storage = await openBy();
      const upload = await storage.create();
      for (let i = 0; i < 20; i++) await upload.write(randomBytes(MiB));
      await text(upload.read({ start: 0, end: 9 }));
      const parts = proxy.seen.filter(({ method, url }) => method === 'PUT' && url.includes('partNumber='));
      expect(parts).toHaveLength(3);
      for (const { headers } of parts) expect(headers['x-amz-checksum-sha256']).toMatch(/^.{43}=$/);

      proxy.seen.length = 0;
      await upload.commit(KEY);
      expect(proxy.seen.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
      for (const { sent, received } of proxy.seen) expect(sent + received).toBeLessThan(2000);
      await storage.remove(KEY);
    });

    test('a file that one copy cannot take is copied in parts, and none of them comes here', async () => {
      const storage = await openBy({}, { copyPartBytes: 6 * MiB });
      const whole = randomBytes(20 * MiB);
      const upload = await storage.create();
      await upload.write(whole);
      await text(upload.read({ start: 0, end: 9 }));
      proxy.seen.length = 0;
      await upload.commit(KEY);
      const copies = proxy.seen.filter(({ headers }) => headers['x-amz-copy-source-range']);
      expect(copies).toHaveLength(4);
      for (const { sent, received } of proxy.seen) expect(sent + received).toBeLessThan(3000);
      expect((await buffer(storage.read(KEY))).equals(whole)).toBe(true);
      await storage.remove(KEY);
    });

    test('a copy in parts that fails leaves nothing', async () => {
      harm = ({ url, headers }) =>
        headers['x-amz-copy-source-range'] && url.includes('partNumber=3')
          ? { status: 403, code: 'AccessDenied' }
          : undefined;
      const storage = await openBy({}, { copyPartBytes: 6 * MiB });
      const upload = await storage.create();
      await upload.write(randomBytes(20 * MiB));
      await expect(upload.commit(KEY)).rejects.toMatchObject({ code: 'EACCES' });
      await upload.abort();
      expect(filesIn(s3.folder)).toEqual([]);
    });

    test.each([
      [{}, undefined, undefined],
      [{ S3_ENCRYPTION: 'AES256' }, 'AES256', undefined],
      [{ S3_ENCRYPTION: 'aws:kms', S3_KMS_KEY_ID: 'a-key' }, 'aws:kms', 'a-key'],
    ])('with %o everything that is kept is encrypted so', async (settings, algorithm, key) => {
      const storage = await openBy(settings, { copyPartBytes: 6 * MiB });
      await store(storage, Buffer.from('small'));
      await store(storage, randomBytes(10 * MiB));
      const begun = proxy.seen.filter(
        ({ method, url }) =>
          (method === 'PUT' && !url.includes('partNumber=')) ||
          (method === 'POST' && /[?&]uploads/.test(url)),
      );
      // Two uploads, one of them in parts, and two copies, one of them in parts.
      expect(begun).toHaveLength(4);
      for (const { headers } of begun) {
        expect(headers['x-amz-server-side-encryption']).toBe(algorithm);
        expect(headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe(key);
      }
      await storage.remove(KEY);
    });

    test('a read that loses its connection goes on from there', async () => {
      const storage = await openBy();
      const whole = randomBytes(5 * MiB);
      await store(storage, whole);
      let cuts = 0;
      harm = ({ method }) => (method === 'GET' && cuts++ < 3 ? { cutAfter: MiB } : undefined);
      expect((await buffer(storage.read(KEY))).equals(whole)).toBe(true);
      expect(cuts).toBe(4);
      cuts = 0;
      const middle = await buffer(storage.read(KEY, { start: 100, end: 4 * MiB }));
      expect(middle.equals(whole.subarray(100, 4 * MiB + 1))).toBe(true);
      expect(cuts).toBe(4);
      expect(await buffer(storage.read(KEY, { start: 9, end: 8 }))).toHaveLength(0);
      await storage.remove(KEY);
    });

    test('a read that gets nowhere is given up', async () => {
      const storage = await openBy();
      await store(storage, randomBytes(MiB));
      harm = ({ method }) => (method === 'GET' ? { cutAfter: 1 } : undefined);
      await expect(buffer(storage.read(KEY))).rejects.toMatchObject({ code: 'EAGAIN' });
      await storage.remove(KEY);
    });

    test('what S3 is too busy for is asked again', async () => {
      const storage = await openBy();
      const refused = new Set<string>();
      harm = ({ method, url }) => {
        if (refused.has(method + url)) return undefined;
        refused.add(method + url);
        return { status: 503, code: 'SlowDown' };
      };
      await store(storage, randomBytes(9 * MiB));
      expect(await buffer(storage.read(KEY))).toHaveLength(9 * MiB);
      expect(refused.size).toBeGreaterThan(5);
      await storage.remove(KEY);
    });

    test.each([
      [507, 'XMinioStorageFull', 'ENOSPC'],
      [403, 'QuotaExceeded', 'ENOSPC'],
      [403, 'AccessDenied', 'EACCES'],
      [404, 'NoSuchBucket', 'EACCES'],
      [301, 'PermanentRedirect', 'EACCES'],
    ])(
      '%i %s is %s, whether it meets a small file or a part, and nothing is left',
      async (status, code, kind) => {
        const storage = await openBy();
        harm = ({ method, url }) =>
          method === 'PUT' && !url.includes('partNumber=1&') ? { status, code } : undefined;
        for (const size of [10, 30 * MiB]) {
          const upload = await storage.create();
          const writing = async () => {
            for (let left = size; left > 0; left -= MiB)
              await upload.write(Buffer.alloc(Math.min(left, MiB)));
            await upload.commit(KEY);
          };
          await expect(writing()).rejects.toMatchObject({ name: 'StorageError', code: kind });
          await upload.abort();
        }
        expect(filesIn(s3.folder)).toEqual([]);
      },
    );
  });

  test('a file takes no more memory for being large', async () => {
    const script = fileURLToPath(new URL('../../test/setup/stream-through-storage.ts', import.meta.url));
    const peak = (mebibytes: number) =>
      Number(
        execFileSync(process.execPath, [script, String(mebibytes)], {
          env: { ...process.env, ...s3.env('memory') },
          encoding: 'utf8',
        }),
      ) / 1024;
    const [small, large] = [peak(1), peak(300)];
    // Three parts of 8 MiB, their copies on the wire, and what the collector has not yet taken.
    expect(large - small).toBeLessThan(120);
    rmSync(join(s3.folder, 'memory'), { recursive: true });
  });

  test('lists more than a page', async () => {
    const storage = await open(s3.env('many'));
    const folder = join(s3.folder, 'many/files/client_a');
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < 1003; i++) writeFileSync(join(folder, String(i)), '');
    const keys = new Set<string>();
    for await (const { key } of storage.list()) keys.add(key);
    expect(keys.size).toBe(1003);
    expect(keys).toContain('client_a/1002');
    rmSync(join(s3.folder, 'many'), { recursive: true });
  });

  test.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, {}, /EACCES.*SignatureDoesNotMatch, HTTP 403/],
    ['an unknown user', { AWS_ACCESS_KEY_ID: 'nobody' }, {}, /EACCES.*refused.*No user exists/],
    ['no such bucket', {}, { STORAGE_URL: 's3://no-such-bucket/' }, /EACCES.*no-such-bucket.*no such bucket/],
    ['nobody there', {}, { S3_ENDPOINT: 'http://127.0.0.1:1' }, /EAGAIN.*out of reach.*ECONNREFUSED/],
  ])('%s is said when the storage is opened', async (_, credentials, settings, said) => {
    stubCredentials({ ...s3.env(), ...credentials });
    const error = await open({ ...s3.env(), ...settings }).catch((failure: Error) => failure);
    const { code, message } = error as NodeJS.ErrnoException;
    expect(`${code}: ${message}`).toMatch(said);
    expect(message).not.toContain(s3.env().AWS_SECRET_ACCESS_KEY);
  });

  test('is not ready while the server is away, and is again once it is back', async () => {
    const other = await TestS3.start();
    const storage = await open(other.env());
    await other.goAway();
    await expect(storage.check()).rejects.toMatchObject({ code: 'EAGAIN' });
    await other.comeBack();
    await storage.check();
    await other.stop();
  });
});

describe.skipIf(!hasS3)('a bucket behind TLS', () => {
  let s3: TestS3;
  const folder = mkdtempSync(join(tmpdir(), 'waymark-tls-'));
  const ca = join(folder, 'ca.crt');

  beforeAll(async () => {
    s3 = await TestS3.start({ tls: makeCertificates(folder) });
    stubCredentials(s3.env());
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await s3.stop();
    rmSync(folder, { recursive: true });
  });

  test('is trusted for the authority of the file', async () => {
    const storage = await open({ ...s3.env(), S3_CA_FILE: ca });
    await store(storage, Buffer.from('a,b\n'));
    expect(await text(storage.read(KEY))).toBe('a,b\n');
  });

  test('is not trusted without it', async () => {
    await expect(open(s3.env())).rejects.toMatchObject({
      code: 'EACCES',
      message: expect.stringMatching(/not trusted.*S3_CA_FILE/),
    });
  });

  test('a file that is not there is named', async () => {
    const settings = { ...s3.env(), S3_CA_FILE: join(folder, 'none.crt') };
    await expect(open(settings)).rejects.toThrow('S3_CA_FILE: cannot be read (ENOENT)');
  });
});

test('without a region and an endpoint, the region is asked for', async () => {
  for (const name of ['AWS_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  await expect(open({ STORAGE_URL: 's3://bucket' })).rejects.toThrow(
    'S3_REGION: is not set, nor is AWS_REGION',
  );
  vi.unstubAllEnvs();
});

/** An authority and a certificate of its own for 127.0.0.1. */
function makeCertificates(at: string): { cert: string; key: string } {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: at, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-x509', '-days', '1', '-subj', '/CN=an authority for tests'];
  openssl('req', ...authority, ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt');
  openssl('req', ...newKey, '-subj', '/CN=127.0.0.1', '-keyout', 's3.key', '-out', 's3.csr');
  writeFileSync(join(at, 's3.ext'), 'subjectAltName=IP:127.0.0.1\n');
  const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 's3.ext'];
  openssl('x509', '-req', '-days', '1', '-in', 's3.csr', '-out', 's3.crt', ...signing);
  return { cert: join(at, 's3.crt'), key: join(at, 's3.key') };
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
