import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { EnvError } from '@dts/runtime';
import { experimental, ServerCredentials } from '@grpc/grpc-js';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Callers must have a certificate of this authority; without one they need none. */
  readonly ca: string | undefined;
}

/**
 * Certificates are replaced long before a scaler is: the files are read again and again.
 * @param refreshMs milliseconds between two readings
 * @throws EnvError that names the file which is not readable, or says that they do not fit
 */
export async function serverCredentials(files: TlsFiles | undefined, refreshMs: number): Promise<ServerCredentials> {
  if (!files) return ServerCredentials.createInsecure();
  await check(files);
  const provider = new experimental.FileWatcherCertificateProvider({
    certificateFile: files.cert,
    privateKeyFile: files.key,
    caCertificateFile: files.ca,
    refreshIntervalMs: refreshMs,
  });
  await firstReading(provider);
  return experimental.createCertificateProviderServerCredentials(
    provider,
    files.ca === undefined ? null : provider,
    files.ca !== undefined,
  );
}

/** Until then every caller would be hung up on. */
function firstReading(provider: experimental.CertificateProvider): Promise<void> {
  return new Promise((resolve) => {
    const listener = () => {
      provider.removeIdentityCertificateListener(listener);
      resolve();
    };
    provider.addIdentityCertificateListener(listener);
  });
}

/** What is wrong from the start is told; later, the port is closed for as long as the files are no good. */
async function check({ cert, key, ca }: TlsFiles): Promise<void> {
  const [certificate, privateKey, authority] = await Promise.all([
    read('KEDA_TLS_CERT', cert),
    read('KEDA_TLS_KEY', key),
    ca === undefined ? undefined : read('KEDA_TLS_CA', ca),
  ]);
  try {
    createSecureContext({ cert: certificate, key: privateKey, ca: authority });
  } catch (error) {
    throw refusal('KEDA_TLS_CERT, KEDA_TLS_KEY, KEDA_TLS_CA', error);
  }
}

async function read(variable: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw refusal(variable, error);
  }
}

function refusal(variables: string, error: unknown): EnvError {
  return new EnvError(`The environment is not usable:\n  ${variables}: ${error instanceof Error ? error.message : error}`);
}
