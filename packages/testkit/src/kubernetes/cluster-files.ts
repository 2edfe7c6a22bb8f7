import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { type Certificates, createCertificates } from '../redis/certificates.js';
import type { ControlPlaneFiles, ControlPlanePorts } from './control-plane.js';
import { createIdentities, kubeconfig, tokenFile } from './identities.js';

/** Whom the API server is, to those outside and inside of a cluster. */
const NAMES = ['IP:127.0.0.1', 'IP:10.0.0.1', ...['localhost', 'kubernetes', 'kubernetes.default.svc'].map((name) => `DNS:${name}`)];

/** What a cluster's programs read and write, made for one cluster and gone with it. */
export interface ClusterFiles extends ControlPlaneFiles {
  /** Only this user may look into it. */
  readonly dir: string;
  readonly url: string;
  readonly ports: ControlPlanePorts;
  readonly kubeconfigs: Readonly<Record<keyof ReturnType<typeof createIdentities>, string>>;
  /** Fine to repeat. */
  remove(): Promise<void>;
}

/** @throws Error as `createCertificates` */
export async function createClusterFiles(): Promise<ClusterFiles> {
  await using making = new AsyncDisposableStack();
  const made = async (names?: string) => making.adopt(await createCertificates(names), (certificates) => certificates.remove());
  const [server, proxy] = [await made(NAMES.join(',')), await made()];
  const dir = making.adopt(await mkdtemp(join(tmpdir(), 'dts-kubernetes-')), (path) => rm(path, { recursive: true, force: true }));
  const ports = { api: await freePort(), etcd: await freePort(), etcdPeer: await freePort() };
  const url = `https://127.0.0.1:${ports.api}`;
  const files = { ...inFolder(dir), ...ofCertificates(server, proxy) };
  await writeKeys(files);
  const kubeconfigs = await writeIdentities(files, dir, url);
  const kept = making.move();
  return { ...files, dir, url, ports, kubeconfigs, remove: () => kept.disposeAsync() };
}

function inFolder(dir: string) {
  const [data, tokens, accountKey, accountPublicKey] = ['etcd', 'tokens.csv', 'accounts.key', 'accounts.pub'].map((name) =>
    join(dir, name),
  );
  return { data, tokens, accountKey, accountPublicKey } as Record<'data' | 'tokens' | 'accountKey' | 'accountPublicKey', string>;
}

function ofCertificates(server: Certificates, proxy: Certificates) {
  return {
    ca: server.caFile,
    certificate: server.certFile,
    key: server.keyFile,
    proxyCa: proxy.caFile,
    proxyCertificate: proxy.certFile,
    proxyKey: proxy.keyFile,
  };
}

async function writeKeys(files: Pick<ControlPlaneFiles, 'accountKey' | 'accountPublicKey'>): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(files.accountKey, privateKey);
  await writeFile(files.accountPublicKey, publicKey);
}

/** @returns the file of each with which it acts */
async function writeIdentities(files: Pick<ControlPlaneFiles, 'tokens' | 'ca'>, dir: string, url: string) {
  const identities = createIdentities();
  await writeFile(files.tokens, tokenFile(Object.values(identities)));
  const written = Object.entries(identities).map(async ([role, identity]) => {
    const file = join(dir, `${role}.kubeconfig`);
    await writeFile(file, kubeconfig(identity, url, files.ca));
    return [role, file] as const;
  });
  return Object.fromEntries(await Promise.all(written)) as Record<keyof typeof identities, string>;
}
