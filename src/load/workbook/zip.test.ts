import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type ZipEntry, zipOf } from '../../../test/setup/zip.ts';
import { rangesOf } from '../../../test/workbooks/ours.ts';
import { WorkbookZip } from './zip.ts';

const MiB = 1024 * 1024;
const TEXT = Buffer.from('Everything that is in it. '.repeat(20_000));
const entries = (entry: Partial<ZipEntry> = {}): ZipEntry[] => [
  { name: 'xl/a.xml', content: TEXT, ...entry },
  { name: 'xl/b.xml', content: Buffer.from('b'), ...entry },
  { name: 'xl/empty.xml', content: Buffer.alloc(0), ...entry },
];
async function whole(zip: WorkbookZip, name: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of zip.read(name)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('parts', () => {
  test.each<[string, Partial<ZipEntry>]>([
    ['deflated', {}],
    ['stored', { stored: true }],
    ['with their sizes behind them', { descriptor: true }],
    ['of ZIP64', { zip64: true }],
    ['stored, of ZIP64', { stored: true, zip64: true }],
  ])('%s are read', async (_, entry) => {
    const zip = await WorkbookZip.open(rangesOf(zipOf(entries(entry))), 10 * MiB);
    expect(await whole(zip, 'XL/A.xml')).toEqual(TEXT);
    expect((await whole(zip, 'xl/b.xml')).toString()).toBe('b');
    expect(await whole(zip, 'xl/empty.xml')).toHaveLength(0);
    expect([zip.has('XL/B.XML'), zip.has('xl/c.xml')]).toEqual([true, false]);
  });

  test('are read by ranges, and what is not asked for is not', async () => {
    const large = {
      name: 'xl/media/large.bin',
      content: Buffer.from(Array.from({ length: 3 * MiB }, (_, i) => (i * i) >> 7)),
      stored: true,
    };
    const bytes = zipOf([large, ...entries(), { ...large, name: 'xl/media/second.bin' }]);
    let asked = 0;
    let requests = 0;
    const ranges = rangesOf(bytes);
    const counted = {
      ...ranges,
      read: (range: { start: number; end: number }) => {
        asked += range.end - range.start + 1;
        requests++;
        return ranges.read(range);
      },
    };
    const zip = await WorkbookZip.open(counted, 100 * MiB);
    await whole(zip, 'xl/b.xml');
    expect(asked).toBeLessThan(512 * 1024);
    expect(requests).toBeLessThan(5);
  });

  test('one that is left early is read no further', async () => {
    const streams: Readable[] = [];
    const ranges = rangesOf(zipOf([{ name: 'a', content: Buffer.alloc(40 * MiB, 'a'), stored: true }]));
    const zip = await WorkbookZip.open(
      {
        ...ranges,
        read: (range) => {
          const stream = ranges.read(range);
          streams.push(stream);
          return stream;
        },
      },
      100 * MiB,
    );
    for await (const _ of zip.read('a')) break;
    expect(streams.every((stream) => stream.destroyed)).toBe(true);
  });
});

describe('is refused', () => {
  const opened = async (bytes: Buffer, maxBytes = 100 * MiB) => {
    const zip = await WorkbookZip.open(rangesOf(bytes), maxBytes);
    return whole(zip, 'xl/a.xml');
  };
  const changed = (offset: number) => {
    const bytes = zipOf(entries({ stored: true }));
    bytes[offset]! ^= 1;
    return bytes;
  };
  test.each<[string, Buffer, string]>([
    ['no zip', Buffer.from('PK\x03\x04 and no more'), 'damaged_workbook'],
    ['one without its end', zipOf(entries()).subarray(0, -30), 'damaged_workbook'],
    ['one without its beginning', zipOf(entries()).subarray(100), 'damaged_workbook'],
    ['one with other bytes', changed(1000), 'damaged_workbook'],
    ['one with other bytes in a head', changed(0), 'damaged_workbook'],
    ['a part that is larger than said', zipOf(entries({ claimedSize: 10 })), 'damaged_workbook'],
    [
      'a part that is smaller than said',
      zipOf(entries({ claimedSize: TEXT.length + 1 })),
      'damaged_workbook',
    ],
    ['two parts of one name', zipOf([...entries(), { name: 'XL/a.xml', content: TEXT }]), 'damaged_workbook'],
    ['a name that is a path', zipOf([...entries(), { name: '../a', content: TEXT }]), 'damaged_workbook'],
    ['an encrypted part', zipOf(entries({ encrypted: true })), 'encrypted_workbook'],
    [
      'a part that grows a thousandfold',
      zipOf([{ name: 'xl/a.xml', content: Buffer.alloc(64 * MiB) }]),
      'workbook_too_large',
    ],
  ])('%s', async (_, bytes, code) => {
    await expect(opened(bytes)).rejects.toMatchObject({ code });
  });

  test('what is larger than it may be, before any of it is inflated', async () => {
    await expect(opened(zipOf(entries()), TEXT.length)).rejects.toThrow(/grows beyond 0 MiB/);
    expect(await opened(zipOf(entries()), TEXT.length + 1)).toEqual(TEXT);
  });
});

test('an error of the storage stays what it is', async () => {
  const bytes = zipOf(entries());
  const gone = Object.assign(new Error('gone'), { code: 'EAGAIN' });
  const failing = {
    size: bytes.length,
    read: () =>
      new Readable({
        read() {
          this.destroy(gone);
        },
      }),
  };
  await expect(WorkbookZip.open(failing, MiB)).rejects.toBe(gone);
  const ranges = rangesOf(bytes);
  let reads = 0;
  const later = {
    size: bytes.length,
    read: (range: { start: number; end: number }) => (++reads < 2 ? ranges : failing).read(range),
  };
  await expect(whole(await WorkbookZip.open(later, MiB), 'xl/a.xml')).rejects.toBe(gone);
});
