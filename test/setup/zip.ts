import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  content: Buffer;
  /** What its directory says of the size, where that is a lie. */
  claimedSize?: number;
  /** Without compression. */
  stored?: boolean;
  /** Sizes follow the content, and the header before it has none (APPNOTE.TXT, 4.3.9). */
  descriptor?: boolean;
  /** Sizes and offsets of eight bytes (APPNOTE.TXT, 4.5.3). */
  zip64?: boolean;
  encrypted?: boolean;
}

const FULL = 0xffffffff;

/** A zip of any entries, with or without lies in it. */
export function zipOf(entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const zip64 = entries.some((entry) => entry.zip64);
  for (const entry of entries) {
    const { name, content, claimedSize = content.length } = entry;
    const data = entry.stored ? content : deflateRawSync(content, { level: 9 });
    const bytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(entry.zip64 ? 45 : 20, 0);
    common.writeUInt16LE((entry.descriptor ? 8 : 0) | (entry.encrypted ? 1 : 0), 2);
    common.writeUInt16LE(entry.stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(entry.zip64 ? FULL : data.length, 14);
    common.writeUInt32LE(entry.zip64 ? FULL : claimedSize, 18);
    common.writeUInt16LE(bytes.length, 22);
    const extra = entry.zip64 ? extended([claimedSize, data.length, offset]) : Buffer.alloc(0);
    common.writeUInt16LE(extra.length, 24);
    const sizes = common.subarray(10, 22);
    const first = Buffer.from(common);
    if (entry.descriptor) first.fill(0, 10, 22);
    const local = Buffer.concat([
      Buffer.from('504b0304', 'hex'),
      first,
      bytes,
      extra,
      data,
      ...(entry.descriptor ? [Buffer.from('504b0708', 'hex'), sizes] : []),
    ]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(entry.zip64 ? FULL : offset, 10);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), common, rest, bytes, extra]));
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
  end.writeUInt32LE(zip64 ? FULL : central.length, 12);
  end.writeUInt32LE(zip64 ? FULL : offset, 16);
  const before = zip64 ? [zip64End(entries.length, central.length, offset)] : [];
  return Buffer.concat([...locals, central, ...before, end]);
}

/** An extra field with sizes and offset. */
function extended(numbers: number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * numbers.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * numbers.length, 2);
  numbers.forEach((number, i) => {
    field.writeBigUInt64LE(BigInt(number), 4 + 8 * i);
  });
  return field;
}

/** The end of the directory in eight bytes a number, and where that is. */
function zip64End(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(45, 12);
  end.writeUInt16LE(45, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + size), 64);
  end.writeUInt32LE(1, 72);
  return end;
}
