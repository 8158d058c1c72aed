import pg from 'pg';
import type { Figures } from './manifest.ts';
import type { PostgresSettings } from './postgres.ts';

const TABLES = `
  select table_name as name from information_schema.tables where table_schema = 'mart' order by table_name`;
const FLAGS = 'select rule as name, count(*)::int as n from mart.flag group by rule order by rule';
const EXCLUDED =
  'select reason as name, count(*)::int as n from mart.excluded_row group by reason order by reason';
const REJECTED = `
  select file_id, reason, count(*)::int as n from ingest.rejected_row where file_id = any($1) group by file_id, reason`;

/** Sums to the cent, as text: a number of JavaScript could not hold them all. */
const cents = (sum: string) => `coalesce(${sum}, 0)::numeric(20, 2)::text`;

const BY_CLIENT = `
  with
    eligibility as (select client, count(*)::int as n from mart.eligibility group by client),
    member as (select client, count(*)::int as n from mart.member group by client),
    claim as (
      select client, count(*)::int as n, count(distinct claim_id)::int as claims, sum(charge_amount) as amount
        from mart.claim_line group by client),
    excluded as (select client, sum(charge_amount) as amount from mart.excluded_row group by client),
    unmatched as (
      select client, count(*)::int as n, sum(charge_amount) as amount from mart.unmatched_claim group by client)
  select client,
         coalesce(eligibility.n, 0) as eligibility,
         coalesce(member.n, 0) as member,
         coalesce(claim.n, 0) as claim_line,
         coalesce(claim.claims, 0) as claims,
         ${cents('claim.amount')} as charge_amount,
         ${cents('excluded.amount')} as excluded_charge_amount,
         coalesce(unmatched.n, 0) as unmatched_claim,
         ${cents('unmatched.amount')} as unmatched_charge_amount
    from eligibility
    full join member using (client)
    full join claim using (client)
    full join excluded using (client)
    full join unmatched using (client)
   order by client`;

/** A file that the ledger has seen: its bytes, and what became of them. */
export interface HeldFile {
  id: string;
  client: string;
  file_type: string;
  period: string;
  sha256: string;
  state: string;
}

export interface Ledger {
  /** Files whose bytes need not be sent again: those that are held, and those that a later one has replaced. */
  seen(): Promise<HeldFile[]>;
  /** How many rows of each file were rejected, by reason. */
  rejected(fileIds: string[]): Promise<Map<string, Record<string, number>>>;
  figures(): Promise<Figures>;
  close(): Promise<void>;
}

type Named = { name: string; n: number };

/** Reads what the summary tells straight from the tables, as an analyst would. */
export async function openLedger(settings: PostgresSettings): Promise<Ledger> {
  const client = new pg.Client({
    host: settings.POSTGRES_HOST,
    port: Number(settings.POSTGRES_PORT),
    database: settings.POSTGRES_DB,
    user: settings.POSTGRES_USER,
    password: settings.POSTGRES_PASSWORD,
    application_name: 'waymark-dev',
  });
  client.on('error', () => {}); // The next query tells of it.
  await client.connect();
  const counted = async (text: string) =>
    Object.fromEntries((await client.query<Named>(text)).rows.map(({ name, n }) => [name, n]));

  return {
    async seen() {
      const { rows } = await client.query<HeldFile>(
        `select id, client, file_type, period, sha256, state from ingest.file
          where state in ('received', 'loading', 'loaded', 'superseded') order by sequence`,
      );
      return rows;
    },
    async rejected(fileIds) {
      const { rows } = await client.query<{ file_id: string; reason: string; n: number }>(REJECTED, [
        fileIds,
      ]);
      const byFile = new Map<string, Record<string, number>>();
      for (const { file_id, reason, n } of rows) byFile.set(file_id, { ...byFile.get(file_id), [reason]: n });
      return byFile;
    },
    async figures() {
      const tables = (await client.query<{ name: string }>(TABLES)).rows.map(({ name }) => name);
      const marts: Record<string, number> = {};
      for (const table of tables) {
        const counting = `select count(*)::int as n from mart.${pg.escapeIdentifier(table)}`;
        marts[table] = (await client.query<{ n: number }>(counting)).rows[0]!.n;
      }
      const clients = (await client.query<Figures['by_client'][string] & { client: string }>(BY_CLIENT)).rows;
      return {
        marts,
        flags: await counted(FLAGS),
        excluded: await counted(EXCLUDED),
        by_client: Object.fromEntries(clients.map(({ client: name, ...figures }) => [name, figures])),
      };
    },
    close: () => client.end(),
  };
}
