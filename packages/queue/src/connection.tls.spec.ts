import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  type Certificates,
  createCertificates,
  startCluster,
  startRedis,
  startSentinel,
  startTlsRedis,
  testPrefix,
  waitFor,
} from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectProducer } from './connection.js';
import { Bench } from './fixtures/outage.js';

// What NODE_EXTRA_CA_CERTS adds to at the start of a process, here for some tests only.
const trusted = getCACertificates('default');
const trust = (...authorities: string[]) => setDefaultCACertificates([...trusted, ...authorities]);

let server: { readonly url: string; stop(): Promise<void> } | undefined;
afterEach(async () => {
  trust();
  await server?.stop();
});

async function runsAJob(url: string): Promise<void> {
  await using bench = new Bench(url, testPrefix());
  await bench.opened.ready();
  await bench.untilCompleted(await bench.submit());
}

/** What the owner of a connection is told first. */
async function firstError(url: string): Promise<string> {
  const errors: Error[] = [];
  const redis = connectProducer(url, (error) => errors.push(error));
  try {
    return (await waitFor(() => errors[0], { describe: 'an error' })).message;
  } finally {
    redis.disconnect();
  }
}

describe('rediss://', () => {
  it('runs jobs over TLS with an authority that Node trusts', async () => {
    const tls = await startTlsRedis();
    server = tls;
    trust(tls.certificates.ca);
    await runsAJob(tls.url);
    await runsAJob(tls.url.replace('127.0.0.1', 'localhost'));
  });

  it('refuses a certificate of an authority that Node does not trust', async () => {
    server = await startTlsRedis();
    await expect(firstError(server.url)).resolves.toMatch(/self-signed certificate in certificate chain/);
  });

  describe('by name only', () => {
    let certificates: Certificates;
    beforeAll(async () => {
      certificates = await createCertificates('DNS:localhost');
    });
    afterAll(() => certificates.remove());

    it('refuses the certificate of another name', async () => {
      trust(certificates.ca);
      server = await startRedis({ tls: certificates });
      await expect(firstError(server.url)).resolves.toMatch(/does not match certificate's altnames/);
      await runsAJob(server.url.replace('127.0.0.1', 'localhost'));
    });

    it('reaches the nodes of a cluster, which tell each other by name', async () => {
      trust(certificates.ca);
      const cluster = await startCluster({
        tls: certificates,
        config: { 'cluster-announce-hostname': 'localhost', 'cluster-preferred-endpoint-type': 'hostname' },
      });
      server = cluster;
      await runsAJob(cluster.url.replaceAll('127.0.0.1', 'localhost'));
    });
  });
});

describe('rediss+sentinel://', () => {
  it('speaks TLS to the sentinels and to the master, and trusts neither unasked', async () => {
    const certificates = await createCertificates();
    try {
      server = await startSentinel({ tls: certificates, replicas: 1 });
      await expect(firstError(server.url)).resolves.toMatch(/^All sentinels are unreachable/); // their certificate was refused
      trust(certificates.ca);
      await runsAJob(server.url);
    } finally {
      await certificates.remove();
    }
  });
});
