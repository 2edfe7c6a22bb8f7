import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { foreignKinds, Helm, type KubernetesCluster, KubernetesPrometheus, startKubernetes, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from '../api.js';
import { CHECKOUT } from './compose-project.js';
import { configurationOf, type ServiceMonitor, shippedConfiguration, told } from './discovery.js';

const CHART = join(CHECKOUT, 'deploy/helm');
const RELEASE = 'dts';
const ZONES = ['a', 'b', 'c'];

let cluster: KubernetesCluster;
let helm: Helm;
beforeAll(async () => {
  cluster = await startKubernetes();
  helm = await Helm.of(cluster);
  for (const kinds of await foreignKinds()) await cluster.apply(kinds, '--server-side');
  await cluster.apply(ZONES.map(node));
}, 180_000);
afterAll(async () => {
  await helm?.stop();
  await cluster?.stop();
});

/** What somebody who installs the chart has made before. */
function node(zone: string): object {
  const labels = { 'kubernetes.io/hostname': `node-${zone}`, 'topology.kubernetes.io/zone': zone };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${zone}`, labels } };
}

function prerequisites(namespace: string): object[] {
  const secret = (name: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    secret('dts-keys', { 'keys.json': '[]', 'session-secret': 's'.repeat(32), 'api-key': 'k'.repeat(32) }),
    secret('dts-redis-url', { url: 'redis+sentinel://s:26379/dts' }),
    secret('dts-workers', { SMTP_URL: 'smtp://mail' }),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `of-${namespace}` },
      spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
    },
  ];
}

describe('the schema of its values', () => {
  const rendered = (...settings: readonly string[]) => helm.run('template', RELEASE, CHART, ...settings.flatMap((one) => ['--set', one]));

  it.each([
    ['a name that there is none of', 'gateway.replica=3', /additional properties 'replica' not allowed/],
    ['a queue that there is none of', 'workers.io.queues.fast=1', /at '\/workers\/io\/queues': additional properties 'fast' not allowed/],
    ['a number that cannot be', 'workers.io.max=0', /minimum/],
    ['a promise that there is none of', 'durability.tier=best', /one of 'fast', 'synced', 'replicated'/],
    ['two of them', 'redis.external.existingSecret=mine', /the chart would run a Redis of its own\. Set redis\.enabled to false/],
    ['replicas that its Redis does not have', 'durability.tier=replicated', /no gateway would ever be ready\. Use redis\.external/],
    ['more workers at least than at most', 'workers.io.min=20', /workers\.io\.min \(20\) is more than its max \(10\)/],
    ['no Redis at all', 'redis.enabled=false', /give redis\.external\.existingSecret/],
  ])('refuses %s', async (_what, setting, why) => {
    await expect(rendered(setting)).rejects.toThrow(why);
  });

  it('lets alerts lead to where runbooks are read', async () => {
    const runbooks = 'https://wiki.example.com/runbooks';
    const manifests = await rendered('metrics.prometheusRule.enabled=true', `metrics.prometheusRule.runbooks=${runbooks}`);
    expect(manifests).toContain(`runbook_url: ${runbooks}/DtsRedisAway.md`);
    expect(manifests).not.toContain('monitoring/runbooks');
  });

  it('leaves out a pool that is null, and takes another', async () => {
    const manifests = await rendered(
      'workers.cpu=null',
      'workers.mail.queues.rate-limited=5',
      'workers.mail.min=1',
      'workers.mail.max=2',
      'workers.mail.longestJobSeconds=120',
      'workers.rate-limited=null',
    );
    expect(manifests).toContain('name: dts-worker-mail');
    expect(manifests).not.toMatch(/dts-worker-(cpu|rate-limited)/);
  });
});

describe.each([
  ['one-node', { gateways: 1, kinds: ['statefulset.apps/dts-redis'] }],
  ['production', { gateways: 3, kinds: ['horizontalpodautoscaler.autoscaling/dts-gateway', 'servicemonitor', 'prometheusrule'] }],
  ['keda', { gateways: 2, kinds: ['scaledobject.keda.sh/dts-worker-io'] }],
])('the chart with the values for %s', (set, { gateways, kinds }) => {
  const namespace = `dts-${set}`;
  const values = ['--values', join(CHART, 'examples', `${set}.yaml`)];
  const inNamespace = (...args: readonly string[]) => cluster.kubectl(`--namespace=${namespace}`, ...args);
  const release = (...args: readonly string[]) => helm.run(...args, `--namespace=${namespace}`);
  const images = async () =>
    (
      await inNamespace(
        'get',
        'pods',
        '--selector=app.kubernetes.io/component!=test',
        '--output=jsonpath={.items[*].spec.containers[*].image}',
      )
    ).split(' ');

  beforeAll(() => cluster.apply(prerequisites(namespace)));

  it('passes helm lint', async () => {
    await expect(helm.run('lint', CHART, '--strict', ...values)).resolves.toContain('0 chart(s) failed');
  });

  it('is what the API server knows, to the last field', async () => {
    const rendered = await helm.run('template', RELEASE, CHART, `--namespace=${namespace}`, '--skip-tests', ...values);
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'all.yaml');
    await writeFile(file, rendered);
    const told = await inNamespace('create', '--dry-run=server', '--validate=strict', '--filename', file);
    expect(told.trim().split('\n').length).toBeGreaterThan(25);
    for (const kind of kinds) expect(told).toContain(kind);
  });

  it('installs: all pods are let in by Pod Security "restricted", and become ready', async () => {
    await release('install', RELEASE, CHART, '--wait', '--timeout=120s', ...values);
    await expect(release('status', RELEASE)).resolves.toContain('STATUS: deployed');
    await waitFor(
      async () => Number(await inNamespace('get', 'deployment', 'dts-gateway', '--output=jsonpath={.status.readyReplicas}')) === gateways,
      {
        describe: `${gateways} gateways`,
        timeoutMs: 60_000,
      },
    );
    await expect(inNamespace('run', 'unguarded', '--image=any')).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it('passes helm test', async () => {
    await expect(release('test', RELEASE, '--timeout=60s')).resolves.toMatch(/Phase:\s+Succeeded/);
  });

  if (set === 'production') isFoundByPrometheus(namespace);

  it('upgrades, with never fewer gateways than its disruption budget wants', async () => {
    let upgrading = true;
    const upgrade = release('upgrade', RELEASE, CHART, '--wait', '--timeout=120s', '--set', 'image.tag=next', ...values).finally(() => {
      upgrading = false;
    });
    const seen: number[] = [];
    while (upgrading)
      seen.push(Number(await inNamespace('get', 'deployment', 'dts-gateway', '--output=jsonpath={.status.availableReplicas}')));
    await upgrade;
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(gateways);
    await waitFor(async () => (await images()).filter((image) => image.includes('dts-')).every((image) => image.endsWith(':next')), {
      describe: 'pods of the new version alone',
      timeoutMs: 60_000,
    });
  });

  it('keeps the secrets that it made up', async () => {
    const secrets = () => inNamespace('get', 'secrets', '--selector=app.kubernetes.io/instance=dts', '--output=jsonpath={.items[*].data}');
    const before = await secrets();
    await release('upgrade', RELEASE, CHART, '--wait', '--timeout=120s', '--set', 'image.tag=next', ...values);
    expect(await secrets()).toBe(before);
  });

  it('rolls back', async () => {
    await release('rollback', RELEASE, '1', '--wait', '--timeout=120s');
    await waitFor(async () => !(await images()).some((image) => image.endsWith(':next')), {
      describe: 'pods of the first version',
      timeoutMs: 60_000,
    });
  });

  if (set === 'one-node') scalesItsPools(namespace);

  it('uninstalls, and leaves no more than the data', async () => {
    await release('uninstall', RELEASE, '--wait', '--timeout=120s');
    const kinds = 'all,serviceaccounts,roles,networkpolicies,persistentvolumeclaims';
    const expected = set === 'production' ? '' : 'persistentvolumeclaim/data-dts-redis-0';
    const left = async () => {
      const names = (await inNamespace('get', kinds, '--output=name')).split('\n');
      return names.filter((name) => name.includes('dts') && !name.includes('dts-test')).join(' ');
    };
    // Pods go after what they belong to.
    await waitFor(async () => (await left()) === expected, { describe: `nothing but "${expected}"`, timeoutMs: 60_000 });
  });
});

/** Its pods, all of them and once each, by the names that alerts and dashboards know. */
function isFoundByPrometheus(namespace: string): void {
  const inNamespace = (...args: readonly string[]) => cluster.kubectl(`--namespace=${namespace}`, ...args);
  const running = async () => {
    const each =
      '{.metadata.labels.app\\.kubernetes\\.io/component} {.metadata.name} http://{.status.podIP}:{.spec.containers[0].ports[0].containerPort}';
    const list = await inNamespace(
      'get',
      'pods',
      '--selector=app.kubernetes.io/component in (gateway,worker,scaler)',
      '--field-selector=status.phase=Running',
      `--output=jsonpath={range .items[*]}${each}{"\\n"}{end}`,
    );
    return list
      .trim()
      .split('\n')
      .map((pod) => `${namespace}: dts-${pod}/metrics`)
      .sort();
  };
  const accessOf = async (folder: string, serviceAccount: string) => {
    const tokenFile = join(folder, serviceAccount);
    await writeFile(tokenFile, await cluster.tokenOf(serviceAccount, namespace));
    return { namespace, url: cluster.url, caFile: cluster.caFile, tokenFile };
  };
  const findsAll = async (configuration: string) => {
    await using stack = new AsyncDisposableStack();
    const prometheus = stack.adopt(await KubernetesPrometheus.start(configuration), (started) => started.stop());
    const both = async () => ({ found: told(await prometheus.targets()), pods: await running() });
    const areAll = async () => {
      const { found, pods } = await both();
      return found.length === pods.length;
    };
    await waitFor(areAll, { describe: `all pods to be found; ${prometheus.tail}`, timeoutMs: 30_000 }).catch(() => undefined);
    const { found, pods } = await both();
    expect(found).toEqual(pods);
    expect(new Set(found.map((line) => line.split(' ')[1]))).toEqual(new Set(['dts-gateway', 'dts-worker', 'dts-scaler']));
  };

  it('is found by the Prometheus that is shipped, with the rights that are, and by way of its ServiceMonitor', async () => {
    await using folder = await temporaryFolder();
    const rights = join(CHECKOUT, 'monitoring/prometheus/rbac.kubernetes.yml');
    await inNamespace('apply', '--filename', rights);
    const access = await accessOf(folder.path, 'dts-prometheus');
    const monitor = (await cluster.get('servicemonitor', 'dts', `--namespace=${namespace}`)) as ServiceMonitor;
    // That of an operator may read more than pods.
    await inNamespace('create', 'rolebinding', 'operator', '--clusterrole=view', `--serviceaccount=${namespace}:default`);
    const operators = await accessOf(folder.path, 'default');
    await Promise.all([findsAll(await shippedConfiguration(access)), findsAll(configurationOf(monitor, operators))]);
    await inNamespace('delete', '--filename', rights);
  });
}

/** The scaler itself, with the rights that the chart gives its service account and the policy that it has made. */
function scalesItsPools(namespace: string): void {
  const inNamespace = (...args: readonly string[]) => cluster.kubectl(`--namespace=${namespace}`, ...args);

  it('lets its scaler scale its workers, and no more', async () => {
    await using stack = new AsyncDisposableStack();
    const { path: dir } = stack.use(await temporaryFolder());
    const token = await cluster.tokenOf('dts-scaler', namespace);
    await writeFile(join(dir, 'token'), token);
    await writeFile(
      join(dir, 'policy.yaml'),
      await inNamespace('get', 'configmap', 'dts-scaler-policy', '--output=jsonpath={.data.policy\\.yaml}'),
    );
    const apps = stack.adopt(await startStack({ apps: [] }), (running) => running.stop());
    const scaler = await apps.start('scaler', {
      SCALER_POLICY: join(dir, 'policy.yaml'),
      SCALER_ELECTION: 'lease',
      LEASE_NAME: 'dts-scaler',
      LEASE_NAMESPACE: namespace,
      KUBERNETES_API_URL: cluster.url,
      KUBERNETES_TOKEN_FILE: join(dir, 'token'),
      KUBERNETES_CA_FILE: cluster.caFile,
      SIGNAL_INTERVAL: '500',
    });
    const api = new Api(apps.url, apps.apiKey);
    const replicas = async () => Number(await inNamespace('get', 'deployment', 'dts-worker-cpu', '--output=jsonpath={.spec.replicas}'));
    const { body: types } = await api.call<{ items: { name: string; example: unknown }[] }>('GET', '/v1/job-types');
    const payload = types.items.find(({ name }) => name === 'image.thumbnail')?.example;
    for (let job = 0; job < 60; job++) await api.submit('image.thumbnail', payload);
    await waitFor(async () => (await replicas()) > 1, { describe: `more workers; ${scaler.program.tail}`, timeoutMs: 60_000 });
    const asScaler = (...args: readonly string[]) => inNamespace(`--token=${token}`, ...args);
    await expect(asScaler('get', 'secrets')).rejects.toThrow(/forbidden/);
    await expect(asScaler('scale', 'deployment/dts-gateway', '--replicas=0')).rejects.toThrow(/forbidden/);
    const pod = await inNamespace('get', 'pods', '--selector=dts/pool=io', '--output=jsonpath={.items[0].metadata.name}');
    const url = `${cluster.url}/api/v1/namespaces/${namespace}/pods/${pod}`;
    const patch = { spec: { containers: [{ name: 'worker', image: 'mine' }] } };
    expect(await patchAs(token, url, patch)).toContain('nothing of a pod but the annotation');
    expect(await patchAs(token, url, { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-1' } } })).toContain(
      '-1',
    );
  });
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'dts-helm-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** kubectl would read the pod first, which the scaler may not. @returns the answer's body */
async function patchAs(token: string, url: string, patch: object): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/strategic-merge-patch+json' };
  const sent = request(url, { method: 'PATCH', headers, ca: await readFile(cluster.caFile) }).end(JSON.stringify(patch));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return text(answer);
}
