import { mkdirSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { TestS3 } from '../setup/s3.ts';

export type StoreKind = 'directory' | 's3';

/** What the storage holds, found without the code that put it there. */
export interface Stored {
  /** Keys as the ledger has them. */
  keys: string[];
  /** Uploads that never ended. */
  unfinished: number;
}

/** The storage, seen from behind. */
export interface Store {
  kind: StoreKind;
  /** What tells Waymark of it. */
  env: Record<string, string>;
  look(): Promise<Stored>;
  /** Changes a byte of what is kept under a key. */
  tamper(key: string): Promise<void>;
  /** Ends its server; a directory has none. */
  goAway?(): Promise<void>;
  comeBack?(): Promise<void>;
  close(): Promise<void>;
}

export async function openStore(kind: StoreKind, disk: string): Promise<Store> {
  return kind === 's3' ? bucketOn(disk) : directoryOn(disk);
}

function directoryOn(disk: string): Store {
  const root = `${disk}/storage`;
  mkdirSync(root);
  return {
    kind: 'directory',
    env: { STORAGE_URL: pathToFileURL(root).href },
    async look() {
      const entries = await readdir(`${root}/files`, { recursive: true, withFileTypes: true });
      return {
        keys: entries
          .filter((entry) => entry.isFile())
          .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${root}/files/`.length)),
        unfinished: (await readdir(`${root}/incoming`)).length,
      };
    },
    tamper: (key) => changeByte(`${root}/files/${key}`),
    async close() {},
  };
}

async function bucketOn(disk: string): Promise<Store> {
  const server = await TestS3.start({ data: disk });
  const env = server.env('kept');
  const { hostname: Bucket } = new URL(env.STORAGE_URL);
  const client = new S3Client({
    endpoint: env.S3_ENDPOINT,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
  const list = async (folder: string) => {
    const Prefix = `kept/${folder}/`;
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix }))
      for (const { Key } of page.Contents ?? []) keys.push(Key!.slice(Prefix.length));
    return keys;
  };
  return {
    kind: 's3',
    env,
    async look() {
      return { keys: await list('files'), unfinished: (await list('incoming')).length };
    },
    tamper: (key) => changeByte(`${server.folder}/kept/files/${key}`),
    goAway: () => server.goAway(),
    comeBack: () => server.comeBack(),
    async close() {
      client.destroy();
      await server.stop();
    },
  };
}

async function changeByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}
