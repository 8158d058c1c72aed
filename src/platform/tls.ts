import { readFileSync } from 'node:fs';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { type Config, ConfigError } from './config.ts';

/** A server is not spoken to, as it could not show who it is, or speaks no TLS: the message says what to do. */
export class TlsError extends Error {
  override name = 'TlsError';
}

/**
 * The certificates of a PEM file, read anew for each call: they are renewed in place.
 * @param variable the setting that names it
 * @throws ConfigError where it cannot be read, or is none
 */
export function readPem(variable: string, file: string): string {
  let pem: string;
  try {
    pem = file.startsWith('-----BEGIN ') ? file : readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${variable}: the file ${file} cannot be read (${code})`, { cause: error });
  }
  if (!pem.includes('-----BEGIN ')) throw new ConfigError(`${variable}: the file ${file} is no PEM file`);
  return pem;
}

/** What `pg` is told for libpq's `sslmode` and its fellows, meaning what they mean to libpq (PostgreSQL manual, 32.19). */
export function postgresTls(config: Config<'postgres'>) {
  const { POSTGRES_SSLMODE: mode = 'disable', POSTGRES_SSLROOTCERT: ca } = config;
  if (mode === 'disable') return false;
  const { POSTGRES_SSLCERT: cert, POSTGRES_SSLKEY: key } = config;
  return {
    // As with libpq, `require` checks the certificate where there is a CA to check it by.
    rejectUnauthorized: ca !== undefined,
    ...(ca !== undefined && { ca: readPem('POSTGRES_SSLROOTCERT', ca) }),
    ...(cert !== undefined && { cert: readPem('POSTGRES_SSLCERT', cert) }),
    ...(key !== undefined && { key: readPem('POSTGRES_SSLKEY', key) }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      mode === 'verify-full' ? checkServerIdentity(config.POSTGRES_HOST, certificate) : undefined,
  };
}

const NOT_TRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_(SIGNATURE_FAILURE|UNTRUSTED))/;
const NO_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/;
/** How `pg` words it; there is no code. */
const POSTGRES_WITHOUT_TLS = 'The server does not support SSL connections';

/**
 * An error of TLS in words that say what to do; any other as it is.
 * @param server host and port
 * @param ca the setting that names the CA's file
 */
export function explainTls(error: unknown, server: string, ca: string): unknown {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  const say = (text: string) => new TlsError(`${server} ${text}`, { cause: error });
  if (NOT_TRUSTED.test(code))
    return say(
      `shows a certificate that no CA in ${ca} has signed (${code}): let ${ca} name the PEM file of the CA that did`,
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return say(
      `shows a certificate for another host (${message.replace(/^.*altnames: /, 'it is for ')}): connect by a name that it has, or have one made for this one`,
    );
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return say(`shows a certificate that is not valid now (${code}): renew it, and look at the clocks`);
  if (NO_TLS.test(code) || message === POSTGRES_WITHOUT_TLS)
    return say('speaks no TLS there: turn it on, or use the port that does');
  return error;
}
