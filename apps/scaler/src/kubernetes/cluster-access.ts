import { readFileSync } from 'node:fs';
import { EnvError } from '@dts/runtime';
import { z } from 'zod';

/** Where the kubelet puts what a pod needs to speak to the API server. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export const kubernetesEnvShape = {
  /** Of the API server; in a pod the kubelet says where it is, in the two below. */
  KUBERNETES_API_URL: z.url({ protocol: /^https$/ }).optional(),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.coerce.number().int().min(1).max(65_535).default(443),
  /** Read again for each request, as the kubelet renews it. */
  KUBERNETES_TOKEN_FILE: z.string().default(`${ACCOUNT}/token`),
  /** Of the authority that signed the API server's certificate, in PEM. */
  KUBERNETES_CA_FILE: z.string().default(`${ACCOUNT}/ca.crt`),
};

const kubernetesEnv = z.object(kubernetesEnvShape);

/** Where the API server is, and how to speak to it. */
export interface ClusterAccess {
  readonly url: string;
  readonly ca: string;
  readonly tokenFile: string;
}

/** @throws EnvError that says what to set when this is neither in a cluster nor told of one */
export function clusterAccess(env: z.output<typeof kubernetesEnv>): ClusterAccess {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const url = env.KUBERNETES_API_URL ?? (host && `https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  if (!url) {
    throw new EnvError(
      'No Kubernetes is within reach: run the scaler in a pod, or set KUBERNETES_API_URL, KUBERNETES_TOKEN_FILE and KUBERNETES_CA_FILE',
    );
  }
  return { url, ca: readFileSync(env.KUBERNETES_CA_FILE, 'utf8'), tokenFile: env.KUBERNETES_TOKEN_FILE };
}
