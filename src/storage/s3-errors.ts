import { StorageError } from './storage.ts';

/** What S3, and those that speak like it, say where there is no space: AWS, MinIO, Ceph, Versity. */
const FULL =
  /^(QuotaExceeded|QuotaExceededException|InsufficientStorage|InsufficientCapacity|XMinioStorageFull|XMinioAdminBucketQuotaExceeded)$/;
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError|ExpiredToken|ExpiredTokenException)$/;
const MISSING = /^(NoSuchKey|NotFound)$/;
/** Networks and their certificates, as Node names what goes wrong with them. */
const OUT_OF_REACH =
  /^(E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH)|ERR_STREAM_PREMATURE_CLOSE)$/;
const UNTRUSTED = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_)/;

interface Failure {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

/**
 * What an error of the SDK means.
 * @param doing what was asked, with its bucket, for the message
 * @returns the error itself where it is none of the SDK's or of the network
 */
export function storageError(error: unknown, doing: string): unknown {
  if (error instanceof StorageError) return error;
  const { name = '', code = '', message = '', $metadata } = (error ?? {}) as Failure;
  const status = $metadata?.httpStatusCode;
  const as = (kind: StorageError['code'], what: string) => new StorageError(kind, `${doing}: ${what}`, error);
  const answer = status === undefined ? name : `${name}, HTTP ${status}`;
  if (status === 507 || FULL.test(name)) return as('ENOSPC', `there is no space left (${answer})`);
  if (MISSING.test(name)) return as('ENOENT', `there is no such object (${answer})`);
  if (name === 'NoSuchBucket') return as('EACCES', 'there is no such bucket');
  if (name === 'PermanentRedirect' || status === 301)
    return as('EACCES', 'the bucket is in another region: S3_REGION has to name it');
  if (NO_CREDENTIALS.test(name)) return as('EACCES', `no valid credentials were found (${name})`);
  if (UNTRUSTED.test(code))
    return as('EACCES', `its certificate is not trusted (${code}); S3_CA_FILE can name its authority`);
  if (
    status === undefined
      ? isOutOfReach(error)
      : (status >= 500 && status !== 501) || status === 429 || status === 408
  )
    return as('EAGAIN', `it is out of reach, or too busy (${code || answer})`);
  return status === undefined ? error : as('EACCES', `it is refused (${answer}): ${message}`);
}

/** Whether the connection was lost or could not be made, so that the same may work now. */
export function isOutOfReach(error: unknown): boolean {
  const { name = '', code = '', message = '' } = (error ?? {}) as Failure;
  return OUT_OF_REACH.test(code) || name === 'TimeoutError' || name === 'AbortError' || message === 'aborted';
}
