import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { judge, ratio } from '../goal.js';
import { QUICK } from '../plan.js';
import type { Workload } from '../workload.js';
import type { ReportHead } from './report-head.js';
import type { Result } from './result.js';
import { writeReport } from './write-report.js';

const HEAD: ReportHead = {
  machine: { processors: '2 × X', memory: '8 GiB', system: 'Linux', node: '24', redis: '7', commit: 'abc' },
  plan: QUICK,
  startedAt: new Date('2026-01-02T03:04:05Z'),
};
const GOAL = { title: 'rate, ours ÷ <theirs>', better: 'higher', must: 0.75, aim: 1, read: ratio('rate', 'ours', '<theirs>') } as const;
const WORKLOAD: Workload = {
  name: 'submit',
  title: 'Submitting',
  conditions: ['64 connections'],
  metrics: [{ key: 'rate', title: 'jobs/s', digits: 0 }],
  goals: [GOAL],
  open: () => Promise.reject(new Error('nobody opens it')),
};
const ROUNDS = [{ ours: { rate: 800 }, '<theirs>': { rate: 1_000 } }];
const RESULT: Result = {
  workload: WORKLOAD,
  contenders: [
    { name: 'ours', does: 'everything' },
    { name: '<theirs>', does: 'little' },
  ],
  absent: [{ name: 'third', why: 'it needs Bun' }],
  rounds: ROUNDS,
  judgements: [judge(GOAL, ROUNDS)],
  took: 12.3,
};

describe('the report', () => {
  let out: string;
  const read = (name: string) => readFile(join(out, name), 'utf8');

  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'dts-bench-'));
    await writeReport(out, HEAD, [RESULT]);
  });
  afterEach(() => rm(out, { recursive: true }));

  it('is JSON with its schema, every round, and what was judged', async () => {
    const report = JSON.parse(await read('report.json'));
    expect(report).toMatchObject({ schema: 1, machine: HEAD.machine, startedAt: '2026-01-02T03:04:05.000Z' });
    expect(report.workloads).toMatchObject([
      { name: 'submit', rounds: ROUNDS, goals: [{ title: GOAL.title, must: 0.75, values: [0.8], median: 0.8, verdict: 'must' }] },
    ]);
  });

  it('is Markdown with tables, conditions and who was absent', async () => {
    const text = await read('report.md');
    expect(text).toContain('| rate, ours ÷ <theirs> | 0.80 | ≥ 0.75 | ≥ 1.00 | ✓ |');
    expect(text).toContain('| ours | 800 |');
    expect(text).toContain('- third is absent: it needs Bun');
  });

  it('has a plot of each workload and one of all goals, as XML that can be read', async () => {
    expect((await readdir(out)).sort()).toEqual(['goals.svg', 'report.json', 'report.md', 'submit.svg']);
    for (const name of ['goals.svg', 'submit.svg']) {
      const svg = await read(name);
      expect(svg).toContain('&lt;theirs&gt;');
      expect(svg).not.toMatch(/NaN|undefined|<theirs>/);
    }
  });
});
