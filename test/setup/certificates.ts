import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

/** PEM files of a certificate and its key. */
export interface Certificate {
  certificate: string;
  key: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** A CA of a test's own, and what it signs. */
export class Authority implements Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly #folder: string;

  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    ({ certificate: this.certificate, key: this.key } = this.selfSigned(name, []));
  }

  /** @param names as OpenSSL writes them: `IP:127.0.0.1`, `DNS:localhost` */
  sign(name: string, names: string[] = []): Certificate {
    const { certificate, key } = this.#files(name);
    const [request, extensions] = [`${this.#folder}/${name}.csr`, `${this.#folder}/${name}.cnf`];
    openssl('req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    writeFileSync(extensions, names.length > 0 ? `subjectAltName=${names.join(',')}\n` : '');
    const signer = ['-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signer,
      '-extfile',
      extensions,
      '-days',
      '2',
      '-out',
      certificate,
    );
    return { certificate, key };
  }

  /** One that nobody else has signed. */
  selfSigned(name: string, names: string[]): Certificate {
    const { certificate, key } = this.#files(name);
    const more = names.length > 0 ? ['-addext', `subjectAltName=${names.join(',')}`] : [];
    openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', certificate, '-subj', `/CN=${name}`, ...more);
    return { certificate, key };
  }

  #files = (name: string) => ({
    certificate: `${this.#folder}/${name}.crt`,
    key: `${this.#folder}/${name}.key`,
  });
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
