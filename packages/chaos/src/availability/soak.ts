import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, type Program, startNode, waitFor } from '@dts/testkit';
import { auditRedis } from '../audit/audit-redis.js';
import { Balancer } from '../balancer/haproxy.js';
import { FAULTS } from '../faults/mix.js';
import { readLedger } from '../ledger/read-ledger.js';
import type { Load } from '../load/load.js';
import { AT_ONCE } from '../load/submission.js';
import type { RedisProxy } from '../proxy/redis-proxy.js';
import type { Stage } from '../stage/stage.js';
import { availabilityOf, type Fault } from './figures.js';
import { decodeProbes } from './probe.js';
import type { SoakReport } from './report.js';

const PROBER = fileURLToPath(import.meta.resolve('./prober.js'));
/** With both gateways gone the prober must see it, or it would see nothing at all. */
const BLACKOUT_MS = 3_000;

export interface SoakOptions {
  readonly dir: string;
  readonly minutes: number;
  readonly report: (line: string) => void;
}

/** What is measured; all but what the report adds of the run itself. */
export type Measured = Pick<SoakReport, 'span' | 'faults' | 'availability' | 'acknowledged' | 'lost' | 'reasons'>;

/** Two gateways behind HAProxy, two workers, and faults that chance picks while a prober asks from outside. */
export async function soak(stage: Stage, options: SoakOptions): Promise<Measured> {
  await stage.startRedis({ isWatched: true });
  const proxy = await stage.startProxy();
  const env = { REDIS_URL: proxy.url, DRAIN_DELAY: '2000' };
  const ports = [await freePort(), await freePort()] as const;
  await Promise.all([
    ...ports.map((port) => stage.startGateway({ ...env, PORT: String(port) })),
    stage.startWorker(env),
    stage.startWorker(env),
  ]);
  const balancer = await Balancer.start(ports);
  stage.onLeave(() => balancer.stop());
  const load = stage.startLoad({ targets: () => [balancer.url], mix: AT_ONCE });
  const prober = await startProber(stage, balancer, options.dir);
  stage.onLeave(() => prober.kill());
  const from = Date.now();
  const faults = await playFaults(stage, { proxy, env, load, until: from + options.minutes * 60_000, report: options.report });
  const to = Date.now();
  await blackOut(stage, env);
  await prober.stop();
  await stage.finish();
  return judge(stage, options.dir, { from, to }, faults);
}

async function startProber(stage: Stage, { url }: Balancer, dir: string): Promise<Program> {
  const env = { PROBE_URL: url, PROBE_API_KEY: stage.apiKey, PROBE_CALLS: stage.receiver.urlOf(''), PROBE_DIR: dir };
  const prober = await startNode(PROBER, { env });
  await waitFor(() => prober.output.includes('probing'), { timeoutMs: 15_000, describe: 'the prober to begin' });
  return prober;
}

interface Playing {
  readonly proxy: RedisProxy;
  readonly env: Readonly<Record<string, string>>;
  readonly load: Load;
  /** Unix milliseconds. */
  readonly until: number;
  readonly report: (line: string) => void;
}

async function playFaults(stage: Stage, { proxy, env, load, until, report }: Playing): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (;;) {
    await delay(Math.max(0, Math.min(stage.random.between(...stage.profile.before), until - Date.now())));
    const left = until - Date.now();
    if (left <= 0) return faults;
    const label = stage.random.pick(Object.keys(FAULTS));
    faults.push({ label, at: Date.now() });
    report(`  ${Math.round(left / 1_000)} s left: ${label}`);
    await FAULTS[label]?.(stage, proxy, env);
    await stage.recovery.ofCallers(load);
  }
}

async function blackOut(stage: Stage, env: Readonly<Record<string, string>>): Promise<void> {
  const gateways = stage.gateways.filter(({ program }) => program.isRunning);
  await Promise.all(gateways.map((gateway) => gateway.kill()));
  await delay(BLACKOUT_MS);
  await Promise.all(gateways.map(({ port }) => stage.startGateway({ ...env, PORT: String(port) })));
}

async function judge(stage: Stage, dir: string, span: SoakReport['span'], faults: readonly Fault[]): Promise<Measured> {
  await appendFile(stage.ledger.path, await readFile(join(dir, 'probe-ledger.jsonl')));
  const { redisUrl: url, prefix, executions, profile } = stage;
  const ledger = await readLedger(stage.ledger.path);
  // What the prober gave up may be stored: its ledger has no doubts, so what nobody was told of is no finding here.
  const audit = await auditRedis({ url, prefix, ledger, isComplete: false, executions: executions.byKey, lockMs: profile.lockMs });
  const probes = decodeProbes(await readFile(join(dir, 'probes.jsonl'), 'utf8'));
  const seen = availabilityOf(probes, [], { from: span.to, to: span.to + 2 * BLACKOUT_MS }).outages.reduce((sum, { ms }) => sum + ms, 0);
  const broken = stage.expectations.filter(({ holds }) => !holds);
  const reasons = [
    ...audit.findings.slice(0, 10).map(({ kind, id, detail }) => `${kind}: ${id}: ${detail}`),
    ...broken.map(({ what, detail }) => `does not hold: ${what} (${detail})`),
    ...(audit.counts.dead > 0 ? [`${audit.counts.dead} jobs ended dead`] : []),
    ...(seen >= BLACKOUT_MS / 2 ? [] : [`both gateways were gone for ${BLACKOUT_MS} ms, and the prober saw ${seen} ms of it`]),
  ];
  const { acknowledged, lost } = audit.counts;
  return { span, faults, availability: availabilityOf(probes, faults, span), acknowledged, lost, reasons };
}
