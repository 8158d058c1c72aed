import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isNetwork, isSafeUrl } from './address.ts';
import { PARTS, type Part } from './roles.ts';

/** A setting is missing or wrong: the message names the variable and says what it must be. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const PROJECT_DIR = fileURLToPath(new URL('../../', import.meta.url));

const port = z.coerce.number().int().min(0).max(65535);
const seconds = z.coerce.number().min(0);
const MiB = 1024 * 1024;
const list = (isRight: (entry: string) => boolean, otherwise: string) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''))
    .refine((entries) => entries.every(isRight), otherwise);

/** How a connection to Postgres is protected (PostgreSQL manual, 32.19.1). */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

type LoginVariable = `POSTGRES_${Uppercase<Part>}_${'USER' | 'PASSWORD'}`;
/** `POSTGRES_API_USER` and so on. */
export const loginVariable = (part: Part, what: 'USER' | 'PASSWORD') =>
  `POSTGRES_${part.toUpperCase()}_${what}` as LoginVariable;

/** Every variable that Waymark reads, with its default. A role asks for the part that it needs. */
const parts = {
  postgres: z
    .object({
      POSTGRES_HOST: z.string().min(1).default('127.0.0.1'),
      POSTGRES_PORT: port.default(5432),
      POSTGRES_DB: z.string().min(1).default('waymark'),
      POSTGRES_USER: z.string().min(1).default('waymark'),
      POSTGRES_PASSWORD: z.string().default(''),
      /** What the names of the group roles begin with (src/platform/roles.ts); `waymark` where it is not set. */
      POSTGRES_ROLE_PREFIX: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,49}$/, 'must be a lower-case name of at most 50 letters, digits and _')
        .optional(),
      /** As libpq has them; no `allow` and no `prefer`, with which whoever stands between only has to say no. */
      POSTGRES_SSLMODE: z.enum(SSL_MODES).optional(),
      /** PEM file with the CAs that may sign the server's certificate. */
      POSTGRES_SSLROOTCERT: z.string().optional(),
      /** PEM files of a client certificate and its key. */
      POSTGRES_SSLCERT: z.string().optional(),
      POSTGRES_SSLKEY: z.string().optional(),
    })
    .superRefine((read, context) => {
      const complain = (variable: keyof typeof read, message: string) =>
        context.addIssue({ code: 'custom', path: [variable], message });
      if (read.POSTGRES_SSLMODE?.startsWith('verify') && !read.POSTGRES_SSLROOTCERT)
        complain(
          'POSTGRES_SSLMODE',
          `${read.POSTGRES_SSLMODE} needs POSTGRES_SSLROOTCERT, the PEM file of the CA`,
        );
      if (read.POSTGRES_SSLCERT && !read.POSTGRES_SSLKEY)
        complain('POSTGRES_SSLCERT', 'needs POSTGRES_SSLKEY');
      if (read.POSTGRES_SSLKEY && !read.POSTGRES_SSLCERT)
        complain('POSTGRES_SSLKEY', 'needs POSTGRES_SSLCERT');
    }),
  /** Logins of their own for the parts, which `waymark migrate` makes where they are missing. */
  logins: z.object(
    Object.fromEntries(
      PARTS.flatMap((part) => [
        [loginVariable(part, 'USER'), z.string().optional()],
        [loginVariable(part, 'PASSWORD'), z.string().optional()],
      ]),
    ) as Record<LoginVariable, z.ZodOptional<z.ZodString>>,
  ),
  amqp: z
    .object({
      AMQP_URL: z.url({ protocol: /^amqps?$/ }).default('amqp://127.0.0.1:5672'),
      /** These two beat what the URL says: in a cluster they come from a Secret, and the URL needs no password. */
      AMQP_USERNAME: z.string().optional(),
      AMQP_PASSWORD: z.string().optional(),
      /** PEM file with the CAs that may sign the certificates of the broker and its management API. */
      AMQP_CA_FILE: z.string().optional(),
      /** Where unacked messages can be counted; without it only ready ones are known. */
      RABBITMQ_MANAGEMENT_URL: z.url({ protocol: /^https?$/ }).optional(),
    })
    .transform(({ AMQP_USERNAME, AMQP_PASSWORD, ...rest }) => {
      const url = new URL(rest.AMQP_URL);
      if (AMQP_USERNAME !== undefined) url.username = encodeURIComponent(AMQP_USERNAME);
      if (AMQP_PASSWORD !== undefined) url.password = encodeURIComponent(AMQP_PASSWORD);
      return { ...rest, AMQP_URL: url.href };
    }),
  storage: z
    .object({
      /** Where files' bytes live: `file:///directory` or `s3://bucket/prefix`. */
      STORAGE_URL: z.url({ protocol: /^(file|s3)$/ }),
      /** Where S3 is, for servers other than Amazon's. */
      S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
      /** Else AWS_REGION, and us-east-1 where an endpoint is named. */
      S3_REGION: z.string().optional(),
      /** Whether the bucket stands in the path and not in the host's name; so it does where an endpoint is named. */
      S3_PATH_STYLE: z.stringbool().optional(),
      /** Certificates (PEM) of authorities to trust beside the usual ones. */
      S3_CA_FILE: z.string().optional(),
      /** How S3 encrypts what it keeps; as the bucket says where it is not set. */
      S3_ENCRYPTION: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional(),
      /** The key for the two with KMS; without it, the one that AWS manages. */
      S3_KMS_KEY_ID: z.string().optional(),
    })
    .superRefine((config, { addIssue }) => {
      const wrong = (name: keyof typeof config, message: string) =>
        addIssue({ code: 'custom', path: [name], message });
      const complaint = bucketComplaint(new URL(config.STORAGE_URL));
      if (complaint) wrong('STORAGE_URL', complaint);
      if (config.S3_KMS_KEY_ID !== undefined && !config.S3_ENCRYPTION?.startsWith('aws:kms'))
        wrong('S3_KMS_KEY_ID', 'is of no use unless S3_ENCRYPTION is aws:kms or aws:kms:dsse');
    }),
  feeds: z.object({
    FEEDS_DIR: z.string().min(1).default(`${PROJECT_DIR}feeds`),
  }),
  api: z.object({
    API_HOST: z.string().min(1).default('0.0.0.0'),
    API_PORT: port.default(8000),
    /** One token that is admin of every client: for a laptop, and for the first minutes of an installation. */
    API_TOKEN: z
      .string()
      .min(16, 'must be at least 16 characters')
      .regex(/^\S+$/, 'must hold no spaces: no client could send it')
      .optional(),
    /** File of tokens, JSON or YAML, read again when it changes (docs/security.md). */
    API_TOKENS_FILE: z.string().optional(),
    /** Requests a second of one token, and how many of them may come at once; above that 429. */
    API_REQUESTS_PER_SECOND: z.coerce.number().positive().default(100),
    API_BURST: z.coerce.number().int().min(1).default(500),
    /** Uploads under way at once in one process; above that 503. */
    MAX_CONCURRENT_UPLOADS: z.coerce.number().int().min(1).default(32),
    /** How long a request's head may take. */
    API_HEADERS_TIMEOUT_SECONDS: seconds.min(1).default(15),
    /** After so long with hardly a byte an upload is given up. */
    UPLOAD_STALL_SECONDS: seconds.min(0.1).default(30),
    /** Addresses and networks, with commas between them, whose X-Forwarded-For is believed. */
    TRUSTED_PROXIES: list(isNetwork, 'must be addresses or networks such as 10.0.0.0/8'),
    /** Largest file that is accepted, in bytes; above it 413. */
    MAX_UPLOAD_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(4096 * MiB),
    /**
     * Age above which bytes that no file names, and uploads that never ended, are taken for what a crash left, and removed. More
     * than the longest upload takes.
     */
    ORPHAN_GRACE_SECONDS: seconds.min(1).default(2 * 60 * 60),
  }),
  oidc: z
    .object({
      /** The OpenID Connect provider whose access tokens are taken; its address, as `iss` has it. */
      OIDC_ISSUER: z
        .url()
        .refine(isSafeUrl, 'must begin with https://, or be of this very machine')
        .optional(),
      /** What `aud` must hold. */
      OIDC_AUDIENCE: z.string().optional(),
      /** Claims, or paths of claims, that say role and clients. */
      OIDC_ROLE_CLAIM: z.string().default('waymark_role'),
      OIDC_CLIENTS_CLAIM: z.string().default('waymark_clients'),
      OIDC_CLOCK_TOLERANCE_SECONDS: seconds.max(300).default(30),
      /** The least time between two looks at the provider's keys because of one that is not known. */
      OIDC_COOLDOWN_SECONDS: seconds.default(30),
    })
    .refine(({ OIDC_ISSUER, OIDC_AUDIENCE }) => OIDC_ISSUER === undefined || OIDC_AUDIENCE !== undefined, {
      path: ['OIDC_AUDIENCE'],
    }),
  docs: z.object({
    DOCS_HOST: z.string().min(1).default('0.0.0.0'),
    DOCS_PORT: port.default(8080),
  }),
  metrics: z.object({
    METRICS_HOST: z.string().min(1).default('0.0.0.0'),
    METRICS_PORT: port.default(9090),
  }),
  consumer: z.object({
    /** Files that one consumer loads side by side. */
    CONSUMER_PREFETCH: z.coerce.number().int().min(1).max(64).default(1),
    /** Loads of one file that may fail for a reason that could heal before it is given up as failed. */
    MAX_ATTEMPTS: z.coerce.number().int().min(1).default(5),
    /** The wait before the second attempt; it doubles with each further one. */
    RETRY_BASE_SECONDS: seconds.default(1),
  }),
  workbook: z.object({
    /** Inflated size of a workbook above which it is refused, in bytes: a bomb is small when zipped. */
    MAX_WORKBOOK_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(1024 * MiB),
  }),
  transform: z.object({
    STABILIZATION_SECONDS: seconds.default(30),
    MAX_DELAY_SECONDS: seconds.default(900),
    MIN_INTERVAL_SECONDS: seconds.default(0),
    POLL_INTERVAL_SECONDS: seconds.min(0.1).default(2),
  }),
  operator: z.object({
    /** The one namespace whose Transformations are looked after. */
    WATCH_NAMESPACE: z.string().min(1),
    /** Label selector of the Transformations that are this operator's; without one, all of the namespace. */
    TRANSFORMATION_SELECTOR: z.string().default(''),
  }),
  dbt: z.object({
    DBT_PYTHON: z.string().min(1).default('python3'),
    DBT_PROJECT_DIR: z.string().min(1).default(`${PROJECT_DIR}dbt`),
    /** The day that decides who is active; the day of the run where it is not set. */
    WAYMARK_AS_OF_DATE: z.iso.date().optional(),
  }),
  log: z.object({
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }),
} as const;

/** What is wrong with the URL of a bucket. */
function bucketComplaint({ protocol, hostname, port, username, search, hash }: URL): string | undefined {
  if (protocol !== 's3:') return undefined;
  if (username !== '')
    return 'must hold no credentials: they come from the environment, as AWS_ACCESS_KEY_ID';
  if (port !== '' || search !== '' || hash !== '')
    return 'must be s3://bucket/prefix and no more; S3_ENDPOINT says where it is';
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(hostname))
    return 'must name a bucket: 3 to 63 small letters, digits, dots and hyphens';
  return undefined;
}

type Parts = typeof parts;
export type Config<Name extends keyof Parts> = z.output<Parts[Name]>;
type Merged<Names extends keyof Parts> = { [N in Names]: (config: Config<N>) => void }[Names] extends (
  config: infer All,
) => void
  ? All
  : never;

/**
 * The settings of the named parts, from environment variables. An empty variable counts as not set.
 * @throws ConfigError naming every variable that is wrong
 */
export function readConfig<Names extends keyof Parts>(
  env: NodeJS.ProcessEnv,
  ...names: Names[]
): Merged<Names> {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const complaints: string[] = [];
  const config: Record<string, unknown> = {};
  for (const name of names) {
    const read = parts[name].safeParse(set);
    if (read.success) Object.assign(config, read.data);
    else
      complaints.push(
        ...read.error.issues.map(
          (issue) => `${issue.path.join('.')}: ${issue.path[0]! in set ? issue.message : 'is not set'}`,
        ),
      );
  }
  if (complaints.length > 0)
    throw new ConfigError(`the environment is not right:\n  ${complaints.join('\n  ')}`);
  return config as Merged<Names>;
}
