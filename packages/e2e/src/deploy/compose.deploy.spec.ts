import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job, SchedulerClient } from '@dts/client';
import { DockerEngine, Receiver, startNode, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHECKOUT, ComposeProject, type Container } from './compose-project.js';
import { APPS, buildImages } from './images.js';

const report = (line: string) => void process.stderr.write(`${line}\n`);
const JOBS = 1_000;

/** The services that run from images of others, as far as there is something for them to read. */
const MONITORING = ['prometheus', 'alertmanager'].filter((name) => existsSync(join(CHECKOUT, 'monitoring', name)));
const SERVICES = ['redis', ...APPS, ...MONITORING];

let engine: DockerEngine;
let project: ComposeProject;
beforeAll(async () => {
  engine = await DockerEngine.start();
  await buildImages(engine, report);
  project = await ComposeProject.create(engine);
}, 30 * 60_000);
afterAll(async () => {
  await project?.remove();
  await engine?.stop();
  report(`Not run: the container of Grafana, whose image cannot be had here; what it would read is checked by other tests.`);
}, 180_000);

describe('an image', () => {
  it.each(APPS)('of the %s is small, has no shell, runs as nobody in particular, and lists what is in it', async (app) => {
    const image = `dts-${app}:local`;
    const [facts] = JSON.parse(await engine.docker(['image', 'inspect', image])) as [Image];
    report(`Image ${image}: ${Math.round(facts.Size / 1_000_000)} MB`);
    expect(facts.Size).toBeLessThan(230_000_000);
    expect(facts.Config).toMatchObject({ User: '10001:10001', Healthcheck: { Test: ['CMD', expect.anything(), 'healthcheck.mjs'] } });
    await expect(engine.docker(['run', '--rm', '--network', 'none', '--entrypoint', '/bin/sh', image, '-c', 'true'])).rejects.toThrow(
      /no such file/,
    );
    const program = 'process.stdout.write(require("node:fs").readFileSync("sbom.cdx.json"))';
    const bom = await engine.docker(['run', '--rm', '--read-only', '--network', 'none', image, '--eval', program]);
    const { bomFormat, components } = JSON.parse(bom) as Bom;
    expect(bomFormat).toBe('CycloneDX');
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['bullmq', 'ioredis', 'zod']));
    // What a scanner looks a component up by.
    const unnamed = components.filter(({ purl, version }) => !/^pkg:npm\/\S+@\S+$/.test(purl) || version === '');
    expect(unnamed).toEqual([]);
  });
});

describe('compose.yaml', () => {
  it('is valid as a whole', async () => {
    const services = (await project.compose('config', '--services')).trim().split('\n').sort();
    expect(services).toEqual(['alertmanager', 'gateway', 'grafana', 'prometheus', 'redis', 'scaler', 'secrets', 'worker']);
  });

  it('mounts files that are there, and gives Grafana what its provisioning names', async () => {
    const { services } = JSON.parse(await project.compose('config', '--format', 'json')) as ComposeConfig;
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'));
    const made = join(project.dir, '.data');
    const missing = mounts.map(({ source }) => source).filter((source) => !source.startsWith(made) && !existsSync(source));
    expect(missing).toEqual([]);
    const provisioning = join(CHECKOUT, 'monitoring/grafana/provisioning');
    const read = (file: string) => readFileSync(join(provisioning, file), 'utf8');
    const { environment = {}, volumes = [] } = services.grafana ?? {};
    expect(read('datasources/prometheus.yml')).toMatch(/^ +url: \$\{PROMETHEUS_URL\}$/m);
    expect(environment.PROMETHEUS_URL).toBe('http://prometheus:9090');
    const dashboards = volumes.find(({ source }) => source.endsWith('/dashboards'));
    expect(read('dashboards/task-scheduler.yml')).toContain(`path: ${dashboards?.target}\n`);
  });

  it('gives npm run workers and npm run produce a Redis, and nothing else', async () => {
    await project.compose('up', '--detach', '--wait', 'redis');
    expect((await project.compose('ps', '--services')).trim()).toBe('redis');
    const env = { DATA_DIR: join(project.dir, '.data'), LOG_FORMAT: 'json' };
    const worker = await startNode(join(CHECKOUT, 'packages/local/dist/workers.js'), { env });
    try {
      await waitFor(() => worker.output.includes('worker is listening'), { timeoutMs: 60_000, describe: `a worker; ${worker.tail}` });
      const produce = await startNode(join(CHECKOUT, 'packages/local/dist/produce/main.js'), { env, args: ['--count', '300'] });
      expect([(await produce.exited).code, produce.tail]).toEqual([0, expect.stringContaining('300 of 300 jobs submitted, 300 arrived')]);
    } finally {
      await worker.stop(60_000);
    }
  });

  describe('with everything running', () => {
    let client: SchedulerClient;
    let receiver: Receiver;
    beforeAll(async () => {
      await project.compose('up', '--detach', '--wait', '--no-build', '--scale', 'worker=3', ...SERVICES);
      client = new SchedulerClient({ url: project.url('gateway'), apiKey: await project.apiKey(), retries: 100, timeoutMs: 120_000 });
      receiver = await new Receiver().start(await project.hostAddress('queue'));
    }, 300_000);
    afterAll(() => receiver?.stop());

    it.each(SERVICES)('runs %s without rights, within limits, healthy', async (service) => {
      const containers = await project.inspect(service);
      expect(containers).toHaveLength(service === 'worker' ? 3 : 1);
      for (const { State, HostConfig, Config } of containers) {
        expect(State.Health?.Status).toBe('healthy');
        expect(Config.User).not.toMatch(/^(root|0)?(:|$)/);
        expect(HostConfig).toMatchObject({
          ReadonlyRootfs: true,
          CapDrop: ['ALL'],
          SecurityOpt: ['no-new-privileges:true'],
          Memory: expect.any(Number),
          PidsLimit: expect.any(Number),
        });
        expect(HostConfig.Memory).toBeGreaterThan(0);
        expect(HostConfig.NanoCpus).toBeGreaterThan(0);
      }
    });

    it.each(APPS)('lets nothing in the %s write to its files, become another user, or gain a right', async (app) => {
      const program = `
        const { writeFileSync, readFileSync } = require("node:fs");
        const tell = (what) => { try { what(); return "done"; } catch ({ code }) { return code; } };
        const status = readFileSync("/proc/self/status", "utf8");
        console.log(tell(() => writeFileSync("/app/dist/main.js", "")), tell(() => writeFileSync("/etc/passwd", "")),
          tell(() => process.setuid(0)), process.getuid(), /CapEff:\\s*(\\w+)/.exec(status)[1], /NoNewPrivs:\\s*(\\d)/.exec(status)[1]);`;
      const told = await project.compose('exec', '--no-TTY', app, '/usr/local/bin/node', '--eval', program);
      expect(told.trim()).toBe('EROFS EROFS EPERM 10001 0000000000000000 1');
    });

    it('keeps secrets out of the environment of every container', async () => {
      const redisUrl = new URL(readFileSync(join(project.dir, '.data/redis-url'), 'utf8'));
      const all = (await Promise.all(SERVICES.map((service) => project.inspect(service)))).flat();
      const told = JSON.stringify(all);
      expect(told).not.toContain(redisUrl.password);
      expect(told).not.toContain(await project.apiKey());
    });

    it.each(['/docs', '/console', '/ui', '/openapi.json', '/metrics'])('serves %s, and what it is made of', async (path) => {
      const headers = { authorization: `Bearer ${await project.apiKey()}` };
      const page = await fetch(project.url('gateway') + path, { headers });
      const text = await page.text();
      expect([page.status, text]).toEqual([200, expect.stringMatching(/\S/)]);
      const base = new URL(/<base href="([^"]+)"/.exec(text)?.[1] ?? '', page.url);
      const parts = [...text.matchAll(/(?:src|href)="([^"#:]+\.(?:js|css|svg|png))"/g)].map(([, part = '']) => new URL(part, base));
      for (const part of parts) expect([String(part), (await fetch(part, { headers })).status]).toEqual([String(part), 200]);
    });

    it("passes the chart's test, which is run here as Kubernetes would run it", async () => {
      const test = join(CHECKOUT, 'deploy/helm/files/smoke-test.mjs');
      const settings = ['--env', 'GATEWAY_URL=http://gateway:3000', '--env', `API_KEY=${await project.apiKey()}`];
      const container = ['--rm', '--read-only', '--network', 'dts_queue', '--volume', `${test}:/test/smoke-test.mjs:ro`, ...settings];
      const told = await engine.docker(['run', ...container, 'dts-gateway:local', '/test/smoke-test.mjs']);
      expect(told).toMatch(/^Job io_\w+ was started by \S+ and is completed\.$/m);
    });

    it(`runs ${JOBS} jobs while every service is restarted in turn, and loses none`, async () => {
      const jobs: Pick<Job, 'id' | 'name'>[] = [];
      for (const [index, service] of SERVICES.entries()) {
        const numbers = shareOf(index);
        const before = await project.inspect(service);
        // Half of them are under way when it goes, the others come while it is away.
        const half = Math.floor(numbers.length / 2);
        const first = submitEach(client, receiver.url, numbers.slice(0, half));
        const restart = project.compose('restart', service);
        await waitFor(async () => (await project.inspect(service)).some((container, place) => isAnother(container, before[place])), {
          describe: `${service} to go`,
          timeoutMs: 60_000,
        });
        jobs.push(...(await submitEach(client, receiver.url, numbers.slice(half))), ...(await first));
        await restart;
        await project.compose('up', '--detach', '--wait', '--no-build', '--scale', 'worker=3', ...SERVICES);
        report(`Restarted ${service} while ${numbers.length} jobs were submitted.`);
      }
      const ended = await Promise.all(jobs.map((job) => client.waitFor(job)));
      expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['completed']));
      const arrived = new Set(receiver.requests.map(({ path }) => path));
      expect([ended.length, arrived.size]).toEqual([JOBS, JOBS]);
      report(`${JOBS} jobs completed; ${receiver.requests.length} requests arrived.`);
    }, 600_000);

    it('has its jobs still after all of it was taken down and brought up again', async () => {
      const { id } = await client.submit('http.request', { method: 'GET', url: `${receiver.url}/later` }, { delay: 3_600_000 });
      await project.compose('down', '--timeout', '30');
      await project.compose('up', '--detach', '--wait', '--no-build', ...SERVICES);
      expect(await client.get(id)).toMatchObject({ id, state: 'scheduled' });
    }, 300_000);

    it('has them again from a backup on an empty volume, by the commands of the operations guide', async () => {
      const { id } = await client.submit('http.request', { method: 'GET', url: `${receiver.url}/kept` }, { delay: 3_600_000 });
      const guide = readFileSync(join(CHECKOUT, 'docs/backup.md'), 'utf8');
      const commands = [...guide.matchAll(/^docker compose (exec|run) .*$/gm)].map(([command]) => command);
      expect(commands).toHaveLength(2);
      const [backUp = '', restore = ''] = commands;
      await project.shell(backUp);
      await expect(project.shell(restore)).rejects.toThrow(/appendonlydir is there already/);
      await project.compose('down', '--volumes', '--timeout', '30');
      await project.shell(restore);
      await project.compose('up', '--detach', '--wait', '--no-build', ...SERVICES);
      expect(await client.get(id)).toMatchObject({ id, state: 'scheduled' });
    }, 300_000);
  });
});

/** Of the numbers from 0 to JOBS. */
function shareOf(turn: number): number[] {
  return Array.from({ length: JOBS }, (_, number) => number).filter((number) => number % SERVICES.length === turn);
}

/** It is away, or back already. */
function isAnother(now: Container, before: Container | undefined): boolean {
  return now.State.Status !== 'running' || now.State.StartedAt !== before?.State.StartedAt;
}

interface Image {
  readonly Size: number;
  readonly Config: object;
}

interface ComposeConfig {
  readonly services: Readonly<Record<string, ComposeService>>;
}

interface ComposeService {
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}

/** Eight at once, each its own request; those that cannot be answered now are sent again until they can. */
async function submitEach(client: SchedulerClient, url: string, numbers: readonly number[]): Promise<Pick<Job, 'id' | 'name'>[]> {
  const left = numbers.values();
  const submitted: Pick<Job, 'id' | 'name'>[] = [];
  const one = async () => {
    for (const number of left) submitted.push(await client.submit('http.request', { method: 'POST', url: `${url}/${number}` }));
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return submitted;
}
