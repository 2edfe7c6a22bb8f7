/** Command lines of a cluster's programs. */

export interface ControlPlaneFiles {
  readonly data: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly tokens: string;
  /** Signs and checks the tokens of service accounts. */
  readonly accountKey: string;
  readonly accountPublicKey: string;
  /** With these the API server passes requests on to servers that extend it. */
  readonly proxyCa: string;
  readonly proxyCertificate: string;
  readonly proxyKey: string;
}

export interface ControlPlanePorts {
  readonly api: number;
  readonly etcd: number;
  readonly etcdPeer: number;
}

export function etcdArgs({ data }: ControlPlaneFiles, { etcd, etcdPeer }: ControlPlanePorts): string[] {
  const client = `http://127.0.0.1:${etcd}`;
  const peer = `http://127.0.0.1:${etcdPeer}`;
  return [
    `--data-dir=${data}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing here outlives the test.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export function apiServerArgs(files: ControlPlaneFiles, ports: ControlPlanePorts): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    // An address of loopback is none that it could tell pods.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--client-ca-file=${files.ca}`,
    '--authorization-mode=RBAC',
    '--anonymous-auth=false',
    `--token-auth-file=${files.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${files.accountKey}`,
    `--service-account-key-file=${files.accountPublicKey}`,
    `--requestheader-client-ca-file=${files.proxyCa}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${files.proxyCertificate}`,
    `--proxy-client-key-file=${files.proxyKey}`,
  ];
}

export function controllerManagerArgs(files: ControlPlaneFiles, kubeconfig: string): string[] {
  return [
    ...component(kubeconfig),
    // Each controller with the rights of its own, as in production.
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${files.accountKey}`,
    `--root-ca-file=${files.ca}`,
    // Who was not heard of because the API server was away is not lost: KWOK would not say again that its pods are ready.
    '--node-monitor-grace-period=10m',
    // So that a test sees in seconds what otherwise takes minutes.
    '--horizontal-pod-autoscaler-sync-period=2s',
    '--horizontal-pod-autoscaler-downscale-stabilization=5s',
  ];
}

export function schedulerArgs(kubeconfig: string): string[] {
  return component(kubeconfig);
}

export function kwokArgs(kubeconfig: string, stages: string): string[] {
  // Without leases the controller manager takes its nodes for lost after 40 seconds.
  return [`--kubeconfig=${kubeconfig}`, `--config=${stages}`, '--manage-all-nodes=true', '--node-lease-duration-seconds=40'];
}

/** One of each, so nobody to elect; and nobody asks them anything. */
function component(kubeconfig: string): string[] {
  const sameForAll = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((name) => `--${name}=${kubeconfig}`);
  return [...sameForAll, '--leader-elect=false', '--secure-port=0'];
}
