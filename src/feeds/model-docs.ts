import { stringify } from 'yaml';
import type { Feed } from '../files/feeds.ts';
import { exportTable } from '../files/names.ts';
import { CANONICAL, KINDS } from './canonical.ts';
import type { Mapping } from './mapping.ts';
import { headerOf, MARK, normalizeName, sourcesOf, stagingName } from './models.ts';

interface ColumnDoc {
  name: string;
  data_type: string;
  description: string;
}

const LINEAGE: ColumnDoc[] = [
  { name: '_file_id', data_type: 'uuid', description: 'The file the row came in (ingest.file.id).' },
  {
    name: '_row_number',
    data_type: 'bigint',
    description: 'Which record of the file: 1 is the first after the header.',
  },
  { name: '_loaded_at', data_type: 'timestamptz', description: 'When the row was loaded.' },
];

const ROW: ColumnDoc[] = [
  { name: 'file_id', data_type: 'uuid', description: 'The file the row came in (ingest.file.id).' },
  {
    name: 'row_number',
    data_type: 'bigint',
    description: 'Which record of the file: 1 is the first after the header.',
  },
  { name: 'client', data_type: 'text', description: 'Who sent the file.' },
  { name: 'period', data_type: 'text', description: 'The month, `YYYY-MM`, that the file covers.' },
  {
    name: 'file_order',
    data_type: 'bigint',
    description: 'Later files have higher numbers: by period, then by order of acceptance.',
  },
];

const FLAGS: ColumnDoc[] = [
  {
    name: 'flags',
    data_type: 'jsonb',
    description:
      'What was wrong with the row: objects of `column`, `rule` and `raw`, the value as sent. Null where nothing was.',
  },
  {
    name: 'row_hash',
    data_type: 'bigint',
    description: 'Equal for rows that are the same in every column that the client sent.',
  },
];

/** Only rows of files that no run has covered yet are looked at: the others were, by an earlier run. */
const NEW_FILES = "_file_id in (select id from ingest.file where state = 'loaded' and run_id is null)";

/** The export tables: what came, column by column, and what is made of it. */
export function sourceDocs(feeds: readonly Feed[]): string {
  return document('feeds/*.yaml', {
    sources: [
      {
        name: 'export',
        schema: 'export',
        description:
          "The clients' files as they came, one table a feed: every column of the file as text under a snake-case name, and where the row is from.",
        tables: feeds.map((feed) => ({
          name: exportTable(feed),
          description: `${subject(feed)}, as ${feed.client} sends it (${feed.delivery} delivery).`,
          data_tests: [
            {
              unique_key: {
                arguments: { columns: ['_file_id', '_row_number'] },
                config: { where: NEW_FILES },
              },
            },
          ],
          columns: [
            ...feed.columns.map(({ name, header }) => ({
              name,
              data_type: 'text',
              description: `\`${plain(header)}\` as sent; ${fate(feed, name)}.`,
            })),
            ...LINEAGE,
          ],
        })),
      },
    ],
  });
}

/** The models of the clean step. */
export function stagingDocs(feeds: readonly Feed[]): string {
  return document('feeds/*.yaml', {
    models: feeds.map((feed) => ({
      name: stagingName(feed),
      description: `${subject(feed)}, as ${feed.client} sends it: values in place of text, and what was wrong with them. Rows of the files that a run adds.`,
      columns: [...ROW, ...feed.mappings.map((mapping) => cleanColumn(feed, mapping)), ...FLAGS],
    })),
  });
}

/** The models of the normalize step. */
export function normalizeDocs(feeds: readonly Feed[]): string {
  return document('feeds/*.yaml', {
    models: feeds.map((feed) => ({
      name: normalizeName(feed),
      description: `${subject(feed)} of ${feed.client} in the shape that all clients share, checks across columns among the flags.`,
      columns: [
        ...ROW,
        ...CANONICAL[feed.file_type].map(({ name, kind, about }) => ({
          name,
          data_type: KINDS[kind].type,
          description: feed.mappings.some((mapping) => mapping.name === name)
            ? `${about}.`
            : `${about}. Always null: ${feed.client} does not send it.`,
        })),
        ...(feed.file_type === 'claims'
          ? [
              {
                name: 'line_is_given',
                data_type: 'boolean',
                description: 'Whether the client numbers the lines of a claim itself.',
              },
            ]
          : []),
        ...FLAGS,
      ],
    })),
  });
}

const subject = (feed: Feed) => (feed.file_type === 'claims' ? 'What was claimed' : 'Who is enrolled');

function cleanColumn(feed: Feed, mapping: Mapping): ColumnDoc {
  const { about } = CANONICAL[feed.file_type].find(({ name }) => name === mapping.name)!;
  const headers = sourcesOf(mapping).map((name) => `\`${plain(headerOf(feed, name))}\``);
  return {
    name: mapping.name,
    data_type: KINDS[mapping.kind].type,
    description: `${about}, read as ${KINDS[mapping.kind].reads}; ${headers.length > 0 ? `from ${headers.join(', ')}` : `always \`${plain(mapping.value!)}\``}.`,
  };
}

/** dbt renders descriptions: what a client writes is no Jinja, even where it looks like it. */
const plain = (text: string) => text.replace(/\{[{%#]/g, "{{ '$&' }}");

/** What becomes of a column of the file. */
function fate(feed: Feed, name: string): string {
  const made = feed.mappings
    .filter((mapping) => sourcesOf(mapping).includes(name))
    .map((each) => `\`${each.name}\``);
  return made.length > 0
    ? `${made.join(', ')} ${made.length > 1 ? 'are' : 'is'} made of it`
    : 'nothing is made of it';
}

const document = (source: string, content: object) =>
  `# ${MARK} from ${source}: change those, not this.\n${stringify({ version: 2, ...content }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
