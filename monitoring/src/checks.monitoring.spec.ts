import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { inMonitoring } from './paths.js';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dts-checks-'));
});
afterAll(() => rm(folder, { recursive: true }));

const promtool = (...args: string[]) => run('promtool', args).then(({ stdout }) => stdout);
const amtool = (...args: string[]) => run('amtool', args).then(({ stdout }) => stdout);
const filesIn = async (path: string) => (await readdir(inMonitoring(path))).map((file) => inMonitoring(`${path}/${file}`));

describe("Prometheus's own checks", () => {
  it('take the rules', async () => {
    await expect(promtool('check', 'rules', '--lint-fatal', ...(await filesIn('prometheus/rules')))).resolves.toContain('SUCCESS');
  });

  it('take the configuration for Compose', async () => {
    await expect(promtool('check', 'config', inMonitoring('prometheus/prometheus.compose.yml'))).resolves.toContain('is valid');
  });

  it.each(['failures', 'pick-up', 'queues', 'redis', 'scaler', 'scrape', 'workers'])(
    'find that alerts do what they should: %s',
    async (group) => {
      await expect(promtool('test', 'rules', inMonitoring(`prometheus/tests/${group}.yml`))).resolves.toContain('SUCCESS');
    },
  );
});

describe('the configuration for Kubernetes', () => {
  /** Debian's Prometheus is built without the discovery of Kubernetes: what that would find is written down, and all else is as it is. */
  const discover = async (pods: readonly Readonly<Record<string, string>>[]) => {
    const text = await readFile(inMonitoring('prometheus/prometheus.kubernetes.yml'), 'utf8');
    const found = pods.map((labels, at) => ({ targets: [`10.0.0.${at}:8080`], labels: withPrefix(labels) }));
    await writeFile(join(folder, 'pods.yml'), stringify(found));
    const discovery = /kubernetes_sd_configs:\n( {6}-[\s\S]*?)(?= {4}relabel_configs)/;
    expect(text).toMatch(discovery);
    await writeFile(
      join(folder, 'prometheus.yml'),
      text.replace(discovery, 'file_sd_configs: [{ files: [pods.yml] }]\n').replace('rules/*.yml', 'none.yml'),
    );
    const targets = JSON.parse(await promtool('check', 'service-discovery', '--timeout=2s', join(folder, 'prometheus.yml'), 'dts'));
    return (targets as { labels: Record<string, string> }[]).map(({ labels }) => labels).filter(({ instance }) => instance !== undefined);
  };
  const withPrefix = (labels: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(labels).map(([name, value]) => [`__meta_kubernetes_${name}`, value]));
  const pod = (name: string, component: string, phase = 'Running', port = 'http') => ({
    namespace: 'dts',
    pod_name: name,
    pod_phase: phase,
    pod_container_port_name: port,
    pod_label_app_kubernetes_io_component: component,
  });

  it('calls pods what alerts and dashboards call them, and leaves out the rest', async () => {
    const found = await discover([
      pod('worker-io-1', 'worker'),
      pod('gateway-1', 'gateway'),
      pod('gateway-2', 'gateway', 'Pending'),
      pod('gateway-1', 'gateway', 'Running', 'grpc'),
      pod('redis-0', 'redis'),
    ]);
    const told = found.map(({ job, instance, namespace }) => ({ job, instance, namespace }));
    expect(told.toSorted((a, b) => (String(a.instance) < String(b.instance) ? -1 : 1))).toEqual([
      { job: 'dts-gateway', instance: 'gateway-1', namespace: 'dts' },
      { job: 'dts-worker', instance: 'worker-io-1', namespace: 'dts' },
    ]);
  });
});

describe("Alertmanager's configuration", () => {
  const config = inMonitoring('alertmanager/alertmanager.yml');

  it('is valid', async () => {
    await expect(amtool('check-config', config)).resolves.toContain('SUCCESS');
  });

  it.each(['critical', 'warning'])('sends what is %s to the webhook', async (severity) => {
    const receiver = await amtool('config', 'routes', 'test', `--config.file=${config}`, 'alertname=DtsRedisAway', `severity=${severity}`);
    expect(receiver.trim()).toBe('webhook');
  });
});
