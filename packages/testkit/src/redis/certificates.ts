import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEW_KEY = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** A server's certificate and the authority that signed it, which no machine trusts by itself. */
export interface Certificates {
  /** The authority, in PEM. */
  readonly ca: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Deletes the files. Fine to repeat. */
  remove(): Promise<void>;
}

/**
 * Made at run time, so that no key lies in the repository and none ever expires there.
 * @param names whom the certificate is for, as OpenSSL writes them; this machine by address and by name unless given
 * @throws Error that says what to install when there is no OpenSSL 3
 */
export async function createCertificates(names = 'IP:127.0.0.1,DNS:localhost'): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), 'dts-tls-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  const file = (name: string) => join(dir, name);
  const authority = ['-keyout', file('ca.key'), '-out', file('ca.crt'), '-subj', '/CN=test authority'];
  const signedBy = ['-CA', file('ca.crt'), '-CAkey', file('ca.key')];
  const server = ['-keyout', file('server.key'), '-out', file('server.crt'), '-subj', '/CN=test server'];
  try {
    await openssl(['req', ...NEW_KEY, ...authority]);
    await openssl([
      'req',
      ...NEW_KEY,
      ...signedBy,
      ...server,
      '-addext',
      `subjectAltName=${names}`,
      '-addext',
      'basicConstraints=CA:FALSE',
    ]);
    const ca = await readFile(file('ca.crt'), 'utf8');
    return { ca, caFile: file('ca.crt'), certFile: file('server.crt'), keyFile: file('server.key'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await run('openssl', args);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the TLS tests need OpenSSL 3 on PATH; install: apt-get install openssl (${reason})`);
  }
}
