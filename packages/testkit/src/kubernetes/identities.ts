import { randomBytes } from 'node:crypto';

/** Somebody whom the API server knows by a token. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
}

const EVERYTHING = ['system:masters'];

/** Those whom a cluster needs to run. The parts of Kubernetes have no more rights here than anywhere. */
export function createIdentities() {
  return {
    admin: identity('admin', EVERYTHING),
    controllerManager: identity('system:kube-controller-manager'),
    scheduler: identity('system:kube-scheduler'),
    kwok: identity('kwok', EVERYTHING),
  };
}

/** The API server's `--token-auth-file`. */
export function tokenFile(identities: readonly Identity[]): string {
  return identities.map(({ token, name, groups }) => `${token},${name},${name},"${groups.join(',')}"\n`).join('');
}

/** For whom a program acts, and where: what Kubernetes calls a kubeconfig, which may be JSON. */
export function kubeconfig({ name, token }: Identity, url: string, caFile: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  });
}

function identity(name: string, groups: readonly string[] = []): Identity {
  return { name, groups, token: randomBytes(32).toString('hex') };
}
