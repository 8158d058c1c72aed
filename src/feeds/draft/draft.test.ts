import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Feed, parseFeeds, readFeeds } from '../../files/feeds.ts';
import { parseFileName } from '../../files/names.ts';
import type { Mapping } from '../mapping.ts';
import { sourcesOf } from '../models.ts';
import { UsageError } from '../usage.ts';
import { draft, draftCommand } from './draft.ts';
import { readSample } from './samples.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SETTINGS = { dbtDir: join(PROJECT, 'dbt'), maxWorkbookBytes: 1024 ** 3 };

async function samplesOf(client: string): Promise<string[]> {
  const sets = ['set-1', 'set-2'].map((set) => join(PROJECT, 'samples', set));
  const paths = await Promise.all(
    sets.map(async (set) => (await readdir(set)).map((name) => join(set, name))),
  );
  return paths.flat().filter((path) => parseFileName(path.split('/').at(-1)!)?.client === client);
}

/** Whether a draft has a canonical column from where its feed has it, and takes the same part of it. */
function isRight(mapping: Mapping, drafted: Mapping | undefined): boolean {
  const parts = ({ part, day }: Mapping) => JSON.stringify([part, day]);
  return (
    drafted !== undefined &&
    JSON.stringify(sourcesOf(mapping).sort()) === JSON.stringify(sourcesOf(drafted).sort()) &&
    parts(mapping) === parts(drafted)
  );
}

/** Canonical columns of a feed that a draft has right, and those that it has and should not have. */
function score(feed: Feed, drafted: Feed) {
  const find = (name: string, { mappings }: Feed) => mappings.find((mapping) => mapping.name === name);
  return {
    wrong: feed.mappings
      .filter((mapping) => !isRight(mapping, find(mapping.name, drafted)))
      .map(({ name }) => name),
    extra: drafted.mappings.filter(({ name }) => !find(name, feed)).map(({ name }) => name),
  };
}

describe('a draft of the samples', () => {
  // What these clients send has been looked at while the word list was written: real clients will come out lower.
  it.each([
    ['client_a', { patient_registration: [], claims: ['diagnosis_code_1'] }],
    ['client_b', { patient_registration: [], claims: ['diagnosis_code_1'] }],
    ['client_c', { patient_registration: [], claims: [] }],
    ['client_d', { patient_registration: [], claims: [] }],
  ])("places %s's columns as its feed does, but for a few", async (client, wrong) => {
    const feeds = await readFeeds(join(PROJECT, 'feeds'));
    const drafted = parseFeeds(await draft(await samplesOf(client), {}, SETTINGS), 'draft');
    expect(drafted).toHaveLength(2);
    for (const each of drafted) {
      const feed = feeds.find(client, each.file_type)!;
      expect([each.file_type, score(feed, each)]).toEqual([
        each.file_type,
        { wrong: wrong[each.file_type], extra: [] },
      ]);
      expect([each.delivery, each.encoding]).toEqual([feed.delivery, feed.encoding]);
      expect(each.delimiter ?? ',').toBe(feed.delimiter ?? ',');
    }
  });

  it.each(['client_a', 'client_b', 'client_c', 'client_d'])(
    "of %s holds no member's data",
    async (client) => {
      const text = await draft(await samplesOf(client), {}, SETTINGS);
      // A status stands in for a day in some rows, and among the words of the statuses by right.
      const isShown = (value: string | null | undefined) =>
        value && value.length > 3 && value !== 'pending' && text.includes(value);
      for (const path of await samplesOf(client)) {
        const { headers, rows } = await readSample(path, {}, SETTINGS.maxWorkbookBytes);
        const personal = headers.flatMap((header, i) =>
          /name|nm|id\b|nr|dob|birth|geburt|addr|stra|phone|telefon|mail|zip|plz|number/i.test(header)
            ? [i]
            : [],
        );
        const shown = rows.flatMap((row) => personal.flatMap((i) => (isShown(row[i]) ? [headers[i]] : [])));
        expect([path, [...new Set(shown)]]).toEqual([path, []]);
      }
    },
  );
});

describe('waymark feeds draft', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waymark-draft-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function sample(name: string, content: string | Buffer): Promise<string> {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }

  it('says what it does not know: days and months alike, words, columns', async () => {
    const path = await sample(
      'Patient-membership-client_x-202307.csv',
      'ID;Sex;DOB;Color;Notes\n1;F;1/2/2001;red;a lot to say\n2;F;3/4/2001;red;of Jane\n3;Q;5/6/2001;blue;of Joe\n4;Q;7/8/2001;blue;of Jim\n',
    );
    const text = await draft([path], {}, SETTINGS);
    expect(text).toContain("delimiter: ';'");
    expect(text).toMatch(/birth_date: .*ambiguous: no number above 12/);
    expect(text).toMatch(/sex: .*say what these mean: Q/);
    // Of a few rows nobody can tell whether they hold codes or what people are called.
    expect(text).toMatch(/# +Color: words, 2 different\n/);
    expect(text).toMatch(/# +Notes: words, 4 different\n/);
    expect(parseFeeds(text, 'draft')).toHaveLength(1);
  });

  it('shows the words of a code list that it cannot place, once there are rows enough to know it for one', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i};1/2/2001;${i % 3 === 0 ? 'red' : 'blue'}`);
    const path = await sample('Patient-membership-client_x-202308.csv', `ID;DOB;Color\n${rows.join('\n')}\n`);
    expect(await draft([path], {}, SETTINGS)).toMatch(/# +Color: words, 2 different: red, blue/);
  });

  it('recognises how a CSV is written', async () => {
    const lines = 'Mitglieds-Nr.|Nachname|Geburtsdatum\n1|Müller|14.7.2001\n2|Weiß|3.4.2001\n';
    const latin = await sample('a.csv', Buffer.from(lines, 'latin1'));
    const said = { client: 'client_x', fileType: 'patient_registration' } as const;
    expect(await draft([latin], said, SETTINGS)).toMatch(/encoding: ISO-8859-1 .*\n +delimiter: '\|'/);
    const utf8 = await sample('b.csv', lines);
    expect(await draft([utf8], said, SETTINGS)).not.toContain('encoding:');
  });

  it('takes a first row of data for what it is, and shows nothing of it', async () => {
    const path = await sample('c.csv', '4711,Jane,Doe,3.4.2001\n4712,Joe,Doe,5.6.2002\n');
    const drafting = draft([path], { client: 'client_x', fileType: 'patient_registration' }, SETTINGS);
    await expect(drafting).rejects.toThrow(UsageError);
    await expect(drafting).rejects.not.toThrow(/Jane|4711/);
  });

  it.each([
    ['no client', ['a.csv'], { fileType: 'claims' as const }, /--client/],
    ['no file type', ['a.csv'], { client: 'x' }, /--type/],
    ['no such file', ['none.csv'], { client: 'x', fileType: 'claims' as const }, /no such file/],
  ])('is told what to say: %s', async (_, names, said, message) => {
    await sample('a.csv', 'member id\n1\n');
    const paths = names.map((name) => join(folder, name));
    await expect(draft(paths, said, SETTINGS)).rejects.toThrow(message);
    await expect(draft(paths, said, SETTINGS)).rejects.toThrow(UsageError);
  });

  it('writes over nothing unless it is forced to', async () => {
    const path = await sample('Patient-membership-client_x-202307.csv', 'member id,last name\n1,Doe\n');
    const out = join(folder, 'client_x.yaml');
    expect(await draftCommand([path], { out }, SETTINGS)).toBe(0);
    await writeFile(out, 'mine');
    await expect(draftCommand([path], { out }, SETTINGS)).rejects.toThrow(/--force/);
    expect(await readFile(out, 'utf8')).toBe('mine');
    expect(await draftCommand([path], { out, force: true }, SETTINGS)).toBe(0);
    expect(await readFile(out, 'utf8')).toContain('client: client_x');
  });
});
