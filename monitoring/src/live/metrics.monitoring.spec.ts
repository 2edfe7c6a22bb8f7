import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { METRICS } from '@dts/runtime/metrics';
import { type App, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LiveStack } from './live-stack.js';

const PATIENCE = { timeoutMs: 60_000 };

/** What is told by the scaler that leads and by nobody else. */
const SHARED = /^dts_(queue|pool)_|^dts_redis_(memory|aof|clients|replicas|commands|cpu|evicted|start)/;
/** Series of one process, at most, and what a bucket more or less costs. */
const MOST_SERIES = 1_500;

describe('metrics of two gateways, two scalers and a worker', () => {
  let live: LiveStack;
  const texts = new Map<string, string>();

  beforeAll(async () => {
    live = await LiveStack.start();
    const { stack } = live;
    const processes: [string, App][] = [
      ['gateway', stack.gateway],
      ['other gateway', await stack.start('gateway')],
      ['scaler', stack.apps.get('scaler') as App],
      ['other scaler', await stack.start('scaler')],
    ];
    await live.load.submit('good', 20);
    await live.load.submit('bad', 2);
    const read = async (url: string) => (await fetch(`${url}/metrics`)).text();
    const worker = `http://127.0.0.1:${live.targets.worker[0]}`;
    await waitFor(async () => /dts_dead_jobs_total\{.*\} 2/.test(await read(worker)), PATIENCE);
    await waitFor(async () => /dts_queue_jobs\{queue="io",state="completed"\} 20/.test(await read(processes[2]?.[1].url ?? '')), PATIENCE);
    for (const [name, app] of processes) texts.set(name, await read(app.url));
    texts.set('worker', await read(worker));
  }, 120_000);

  afterAll(() => live?.stop(), 60_000);

  const seriesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const namesOf = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => String(name));

  it.each(['gateway', 'worker', 'scaler'])("fit Prometheus's naming guide: %s", async (app) => {
    const promtool = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [promtool.stdout, promtool.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    promtool.stdin.end(texts.get(app));
    const [code] = await once(promtool, 'close');
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  it('are all of the catalogue, and those of the catalogue are all there', () => {
    const told = new Set([...texts.values()].flatMap(namesOf).filter((name) => name.startsWith('dts_')));
    expect([...told].toSorted()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  it('of what all share come from one process', () => {
    const tellers = [...texts].filter(([, text]) => seriesOf(text).some((line) => SHARED.test(line))).map(([name]) => name);
    expect(tellers).toEqual(['scaler']);
  });

  it('are few, whatever callers do', () => {
    for (const [name, text] of texts) expect({ name, few: seriesOf(text).length <= MOST_SERIES }).toEqual({ name, few: true });
  });

  it('begin at 0, so that Prometheus sees the first of each', () => {
    const worker = seriesOf(String(texts.get('worker')));
    expect(worker).toContain('dts_stalled_jobs_total{queue="cpu"} 0');
    expect(worker).toContain('dts_jobs_ended_total{queue="cpu",job_name="image.thumbnail",state="dead"} 0');
    expect(worker).toContain('dts_quarantined_starts_total{queue="io",job_name="http.request"} 0');
    expect(seriesOf(String(texts.get('other gateway')))).toContain('dts_submissions_total{job_name="email.send",outcome="unavailable"} 0');
  });

  it('tell how jobs fared', () => {
    const worker = seriesOf(String(texts.get('worker')));
    const labels = 'queue="io",job_name="http.request"';
    expect(worker).toContain(`dts_jobs_ended_total{${labels},state="completed"} 20`);
    expect(worker).toContain(`dts_jobs_ended_total{${labels},state="dead"} 2`);
    expect(worker).toContain(`dts_dead_jobs_total{${labels},reason="http-status"} 2`);
    expect(worker).toContain(`dts_job_end_to_end_seconds_count{${labels}} 22`);
    expect(worker).toContain(`dts_job_wait_seconds_count{${labels}} 22`);
    expect(seriesOf(String(texts.get('gateway')))).toContain('dts_tenant_submissions_total{tenant="test",outcome="accepted"} 22');
  });
});
