import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvError } from '@dts/runtime';
import { type Certificates, createCertificates, waitFor } from '@dts/testkit';
import { credentials as channel, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serverCredentials } from './credentials.js';
import { Served } from './fixtures/serve.js';
import { TestPools } from './fixtures/test-pools.js';

const IO = { pool: 'io' };

let own: Certificates;
let foreign: Certificates;
let served: Served | undefined;
/** Where the server's own certificate is, which a test may replace. */
let dir: string;

beforeAll(async () => {
  [own, foreign] = await Promise.all([createCertificates(), createCertificates()]);
});
afterAll(async () => {
  await Promise.all([own.remove(), foreign.remove()]);
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dts-keda-tls-'));
  await install(own);
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  await rm(dir, { recursive: true });
});

const file = (name: string) => join(dir, name);

async function install({ certFile, keyFile }: Certificates): Promise<void> {
  await Promise.all([copyFile(certFile, file('tls.crt')), copyFile(keyFile, file('tls.key'))]);
}

async function serve(ca: string | undefined): Promise<Served> {
  const pools = new TestPools('io');
  pools.decide('io', 3);
  served = await Served.start(pools, { credentials: await serverCredentials({ cert: file('tls.crt'), key: file('tls.key'), ca }, 50) });
  return served;
}

/** A caller that trusts `own`, and shows a certificate if it is given one. */
async function caller(certificate?: Certificates) {
  const pem = certificate && (await Promise.all([readFile(certificate.keyFile), readFile(certificate.certFile)]));
  return channel.createSsl(Buffer.from(own.ca), pem?.[0], pem?.[1]);
}

describe('the port with TLS', () => {
  it('answers whoever trusts its authority', async () => {
    const server = await serve(undefined);
    await expect(server.client(await caller()).isActive(IO)).resolves.toEqual({ result: true });
  });

  it('is nothing for callers who do not, or who speak plain text', async () => {
    const server = await serve(undefined);
    const stranger = channel.createSsl(Buffer.from(foreign.ca));
    await expect(server.client(stranger).isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(server.client().isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(server.answered).toEqual([]);
  });

  it('asks for a certificate of the authority that it is given', async () => {
    const server = await serve(own.caFile);
    await expect(server.client(await caller(own)).isActive(IO)).resolves.toEqual({ result: true });
    await expect(server.client(await caller(foreign)).isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(server.client(await caller()).isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(server.answered).toEqual([['IsActive', status.OK]]);
  });

  it('takes a new certificate without a restart', async () => {
    const server = await serve(undefined);
    await expect(server.client(await caller()).isActive(IO)).resolves.toEqual({ result: true });
    await install(foreign);
    // A connection each, as one that is open keeps the certificate it began with.
    await waitFor(() => server.client(channel.createSsl(Buffer.from(foreign.ca))).isActive(IO));
    await expect(server.client(await caller()).isActive(IO)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('names the file that it cannot have, and says when they do not fit', async () => {
    const missing = serverCredentials({ cert: own.certFile, key: '/nowhere/tls.key', ca: undefined }, 50);
    await expect(missing).rejects.toThrow(EnvError);
    await expect(missing).rejects.toThrow(/KEDA_TLS_KEY: .*\/nowhere\/tls.key/);
    const mixed = serverCredentials({ cert: own.certFile, key: foreign.keyFile, ca: undefined }, 50);
    await expect(mixed).rejects.toThrow(/KEDA_TLS_CERT, KEDA_TLS_KEY, KEDA_TLS_CA: .*key values mismatch/i);
  });
});
