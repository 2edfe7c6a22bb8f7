import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { clusterAccess, kubernetesEnvShape } from './cluster-access.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dts-access-'));
  writeFileSync(join(folder, 'ca.crt'), 'PEM');
});
afterAll(() => rmSync(folder, { recursive: true }));

const access = (env: Record<string, string>) =>
  clusterAccess(z.object(kubernetesEnvShape).parse({ KUBERNETES_CA_FILE: join(folder, 'ca.crt'), ...env }));

describe('clusterAccess', () => {
  it('takes what the kubelet says, and the URL before that', () => {
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' };
    expect(access(pod)).toEqual({
      url: 'https://10.0.0.1:6443',
      ca: 'PEM',
      tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    });
    expect(access({ KUBERNETES_SERVICE_HOST: 'fd00::1' }).url).toBe('https://[fd00::1]:443');
    expect(access({ ...pod, KUBERNETES_API_URL: 'https://api.test:8443' }).url).toBe('https://api.test:8443');
  });

  it('says what to set when there is no cluster, and takes no API server without TLS', () => {
    expect(() => access({})).toThrow(/run the scaler in a pod, or set KUBERNETES_API_URL/);
    expect(() => access({ KUBERNETES_API_URL: 'http://api.test' })).toThrow(/KUBERNETES_API_URL/);
  });
});
