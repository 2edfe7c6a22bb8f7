import { readFile } from 'node:fs/promises';
import { EnvError } from '@dts/runtime';
import { ServerCredentials } from '@grpc/grpc-js';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Callers must have a certificate of this authority; without one they need none. */
  readonly ca: string | undefined;
}

/** @throws EnvError that names the file which is not readable */
export async function serverCredentials(files: TlsFiles | undefined): Promise<ServerCredentials> {
  if (!files) return ServerCredentials.createInsecure();
  const [cert, key, ca] = await Promise.all([
    read('KEDA_TLS_CERT', files.cert),
    read('KEDA_TLS_KEY', files.key),
    files.ca === undefined ? null : read('KEDA_TLS_CA', files.ca),
  ]);
  return ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], ca !== null);
}

async function read(variable: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new EnvError(`The environment is not usable:\n  ${variable}: ${error instanceof Error ? error.message : error}`);
  }
}
