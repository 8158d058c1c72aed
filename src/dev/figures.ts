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

/** Marts with a row for each month, which go on to the day of the run. */
const BY_MONTH_TO_THE_DAY = ['member_month', 'pmpm'];
/** A condition on these: months up to $1, or all of them. */
const COUNTED_MONTHS = `($1::text is null or year_month <= $1)`;

/** How many rows each client has in a mart. */
const rowsOf = (mart: string) =>
  `${mart} as (select client, count(*)::int as n from mart.${mart}
    ${BY_MONTH_TO_THE_DAY.includes(mart) ? `where ${COUNTED_MONTHS}` : ''} group by client)`;

/** How many rows, and the sum of what was billed. */
const dollarsOf = (mart: string) =>
  `${mart} as (select client, count(*)::int as n, sum(charge_amount) as amount from mart.${mart} group by client)`;

const BY_CLIENT = `
  with
    ${['eligibility', 'member', 'member_month', 'member_history', 'diagnosis', 'utilization'].map(rowsOf).join()},
    ${['claim_line', 'excluded_row', 'unmatched_claim', 'unenrolled_claim'].map(dollarsOf).join()},
    enrollment_span as (
      select client, count(*)::int as n, count(*) filter (where start_inferred)::int as inferred
        from mart.enrollment_span group by client),
    claim as (
      select client, count(*)::int as n, count(*) filter (where is_denied)::int as denied, sum(paid_amount) as paid
        from mart.claim group by client)
  select client,
         coalesce(eligibility.n, 0) as eligibility,
         coalesce(member.n, 0) as member,
         coalesce(member_history.n, 0) as member_history,
         coalesce(enrollment_span.n, 0) as enrollment_span,
         coalesce(enrollment_span.inferred, 0) as inferred_starts,
         coalesce(member_month.n, 0) as member_month,
         coalesce(claim_line.n, 0) as claim_line,
         coalesce(claim.n, 0) as claims,
         coalesce(claim.denied, 0) as denied_claims,
         ${cents('claim_line.amount')} as charge_amount,
         ${cents('claim.paid')} as paid_amount,
         ${cents('excluded_row.amount')} as excluded_charge_amount,
         coalesce(unmatched_claim.n, 0) as unmatched_claim,
         ${cents('unmatched_claim.amount')} as unmatched_charge_amount,
         coalesce(unenrolled_claim.n, 0) as unenrolled_claim,
         ${cents('unenrolled_claim.amount')} as unenrolled_charge_amount,
         coalesce(diagnosis.n, 0) as diagnosis,
         coalesce(utilization.n, 0) as utilization
    from eligibility
    full join member using (client)
    full join member_history using (client)
    full join enrollment_span using (client)
    full join member_month using (client)
    full join claim_line using (client)
    full join claim using (client)
    full join excluded_row using (client)
    full join unmatched_claim using (client)
    full join unenrolled_claim using (client)
    full join diagnosis using (client)
    full join utilization using (client)
   order by client`;
const BY_MONTH = `
  select client, year_month, member_months::int, ${cents('charge_amount')} as charge_amount
    from mart.pmpm where ${COUNTED_MONTHS} order by client, year_month`;

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
  /** `until`: the last month, YYYY-MM, that is counted where a mart goes on to the day of the run. */
  figures(until?: string): Promise<Figures>;
  close(): Promise<void>;
}

type Named = { name: string; n: number };
type Month = { client: string; year_month: string; member_months: number; charge_amount: string };

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
    async figures(until) {
      const months = [until ?? null];
      const tables = (await client.query<{ name: string }>(TABLES)).rows.map(({ name }) => name);
      const marts: Record<string, number> = {};
      for (const table of tables) {
        const monthly = BY_MONTH_TO_THE_DAY.includes(table);
        const counting = `select count(*)::int as n from mart.${pg.escapeIdentifier(table)}`;
        const { rows } = monthly
          ? await client.query<{ n: number }>(`${counting} where ${COUNTED_MONTHS}`, months)
          : await client.query<{ n: number }>(counting);
        marts[table] = rows[0]!.n;
      }
      const clients = (
        await client.query<Figures['by_client'][string] & { client: string }>(BY_CLIENT, months)
      ).rows;
      const byMonth: Figures['by_month'] = {};
      for (const { client: name, year_month, ...month } of (await client.query<Month>(BY_MONTH, months)).rows)
        byMonth[name] = { ...byMonth[name], [year_month]: month };
      return {
        marts,
        flags: await counted(FLAGS),
        excluded: await counted(EXCLUDED),
        by_client: Object.fromEntries(clients.map(({ client: name, ...figures }) => [name, figures])),
        by_month: byMonth,
      };
    },
    close: () => client.end(),
  };
}
