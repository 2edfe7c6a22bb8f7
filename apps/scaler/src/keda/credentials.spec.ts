import { readFile } from 'node:fs/promises';
import { EnvError } from '@dts/runtime';
import { type Certificates, createCertificates } from '@dts/testkit';
import { credentials as channel, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { serverCredentials } from './credentials.js';
import { Served } from './fixtures/serve.js';
import { TestPools } from './fixtures/test-pools.js';

const IO = { pool: 'io' };

let own: Certificates;
let foreign: Certificates;
let served: Served | undefined;

beforeAll(async () => {
  [own, foreign] = await Promise.all([createCertificates(), createCertificates()]);
});
afterAll(async () => {
  await Promise.all([own.remove(), foreign.remove()]);
});
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function serve(ca: string | undefined): Promise<Served> {
  const pools = new TestPools('io');
  pools.decide('io', 3);
  served = await Served.start(pools, { credentials: await serverCredentials({ cert: own.certFile, key: own.keyFile, ca }) });
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

  it('names the file that it cannot have', async () => {
    const starting = serverCredentials({ cert: own.certFile, key: '/nowhere/tls.key', ca: undefined });
    await expect(starting).rejects.toThrow(EnvError);
    await expect(starting).rejects.toThrow(/KEDA_TLS_KEY: .*\/nowhere\/tls.key/);
  });
});
