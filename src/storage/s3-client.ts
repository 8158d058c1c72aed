import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import { type Config, ConfigError } from '../platform/config.ts';

/** For a connection to be made, in milliseconds. */
const CONNECT_MS = 5000;
/** For which nothing may be heard of a request under way, in milliseconds: the longest is a copy of 512 MiB by S3. */
const SILENCE_MS = 60_000;
/** Of a request that fails for a reason that may pass; the waits between them double, up to 20 s. */
const ATTEMPTS = 5;
/** Every upload has two, every load one; there is no harm in many. */
const MAX_SOCKETS = 256;
/** Where an endpoint is named its region is a formality, and this is what those that speak like S3 are in. */
const USUAL_REGION = 'us-east-1';

/**
 * A client as the settings say; credentials are found by the SDK's own chain: environment, web identity, instance.
 * @throws ConfigError where the settings cannot be right
 */
export async function createClient(config: Config<'storage'>): Promise<S3Client> {
  const { S3_ENDPOINT, S3_REGION, S3_PATH_STYLE, S3_CA_FILE } = config;
  const region = S3_REGION ?? (S3_ENDPOINT && !process.env.AWS_REGION ? USUAL_REGION : undefined);
  const client = new S3Client({
    ...(region !== undefined && { region }),
    ...(S3_ENDPOINT !== undefined && { endpoint: S3_ENDPOINT }),
    // A server of one's own seldom has a name for each bucket.
    forcePathStyle: S3_PATH_STYLE ?? S3_ENDPOINT !== undefined,
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    // Uploads ask for SHA-256 by themselves; a load holds what it reads against the ledger's.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: {
        keepAlive: true,
        maxSockets: MAX_SOCKETS,
        ...(S3_CA_FILE && { ca: trusted(S3_CA_FILE) }),
      },
    },
  });
  await client.config.region().catch((cause: unknown) => {
    throw new ConfigError('the environment is not right:\n  S3_REGION: is not set, nor is AWS_REGION', {
      cause,
    });
  });
  return client;
}

/** The authorities that are trusted anyway, and those of the file: credentials may come from elsewhere than the bytes. */
function trusted(file: string): string[] {
  try {
    return [...getCACertificates('default'), readFileSync(file, 'utf8')];
  } catch (cause) {
    throw new ConfigError(
      `the environment is not right:\n  S3_CA_FILE: cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      { cause },
    );
  }
}
