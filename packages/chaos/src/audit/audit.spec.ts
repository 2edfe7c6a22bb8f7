import { describe, expect, it } from '@jest/globals';
import type { Execution } from '../executions/execution-log.js';
import type { LedgerContents } from '../ledger/read-ledger.js';
import { type AuditInput, audit } from './audit.js';
import type { StoredJob } from './stored-job.js';

function job(id: string, given: Partial<StoredJob> = {}): StoredJob {
  const counters = { attemptsMade: 1, fetches: 1, stalls: 0 };
  return { id, key: `key-${id}`, states: ['completed'], hasHash: true, lastError: undefined, ...counters, ...given };
}

function ledger(ids: readonly string[], given: Partial<LedgerContents> = {}): LedgerContents {
  const nothing = {
    shared: new Map<string, Set<string>>(),
    schedules: new Map<string, string>(),
    resolved: new Set<string>(),
    unresolved: new Set<string>(),
    refused: new Set<string>(),
    abandoned: new Set<string>(),
    unreadable: 0,
  };
  return { acknowledged: new Map(ids.map((id) => [id, `key-${id}`])), ...nothing, ...given };
}

function runs(starts: Readonly<Record<string, number>>, ends = starts): Map<string, Execution> {
  const toExecution = (id: string, count: number): Execution => ({
    starts: Array(count).fill(0),
    ends: ends[id] ?? 0,
    jobs: new Set([id]),
  });
  return new Map(Object.entries(starts).map(([id, count]) => [`key-${id}`, toExecution(id, count)]));
}

const NOTHING: AuditInput = { jobs: [], schedules: [], ledger: ledger([]), isComplete: true, unlocked: [], stuck: [] };

function kinds(input: Partial<AuditInput>): string[] {
  const { findings } = audit({ ...NOTHING, ...input });
  return findings.map(({ kind, id }) => `${kind} ${id}`);
}

describe('audit', () => {
  it('finds nothing where every acknowledged job is in one state', () => {
    const jobs = [job('a'), job('b', { states: ['wait'] }), job('c', { states: ['delayed'] }), job('d', { states: ['failed'] })];
    const report = audit({ ...NOTHING, jobs, ledger: ledger(['a', 'b', 'c', 'd']), executions: runs({ a: 1, d: 8 }) });
    expect(report.findings).toEqual([]);
    expect(report.counts).toMatchObject({ acknowledged: 4, lost: 0, completed: 1, dead: 1, pending: 2, repeated: 1 });
  });

  it('finds an acknowledged job that is gone, unless it ran to its end', () => {
    expect(kinds({ ledger: ledger(['a']) })).toEqual(['lost a']);
    expect(kinds({ ledger: ledger(['a']), executions: runs({ a: 1 }, { a: 0 }) })).toEqual(['lost a']);
    expect(kinds({ ledger: ledger(['a']), executions: runs({ a: 1 }) })).toEqual([]);
  });

  it('finds one job that was the answer to two submissions, and lines of the ledger that nobody can read', () => {
    const shared = new Map([['a', new Set(['key-a', 'key-b'])]]);
    expect(kinds({ jobs: [job('a')], ledger: ledger(['a'], { shared, unreadable: 2 }) })).toEqual(['shared a', 'unreadable -']);
  });

  it('finds jobs that are stored for each other', () => {
    const jobs = [job('a', { key: 'key-b' }), job('b', { key: 'key-a' })];
    expect(kinds({ jobs, ledger: ledger(['a', 'b']), executions: runs({ a: 1, b: 1 }) })).toEqual(['mistaken a', 'mistaken b']);
    expect(kinds({ jobs, ledger: ledger(['a', 'b']), isComplete: false })).toEqual([]);
  });

  it('finds a parent that ran before a child, or waits for ever', () => {
    const acknowledged = new Map([
      ['r', 'flow'],
      ['c', 'flow~0'],
      ['l', 'flow~0~1'],
    ]);
    const at = (...starts: number[]): Execution => ({ starts, ends: 1, jobs: new Set(['x']) });
    const run = (root: Execution, child: Execution | undefined, leaf: Execution) =>
      kinds({
        isComplete: false,
        ledger: ledger([], { acknowledged }),
        executions: new Map(
          Object.entries({ flow: root, 'flow~0': child, 'flow~0~1': leaf }).flatMap(([key, runs]) => (runs ? [[key, runs]] : [])),
        ),
      });
    expect(run(at(5), at(3, 5), at(1))).toEqual([]);
    expect(run(at(4, 9), at(3, 5), at(1))).toEqual(['parent-before-child c']);
    expect(run(at(5), at(3), at(4))).toEqual(['parent-before-child l']);
    expect(run(at(5), undefined, at(1))).toEqual(expect.arrayContaining(['parent-before-child c', 'lost c']));
    expect(kinds({ stuck: ['p'] })).toEqual(['parent-stuck p']);
  });

  it('knows the jobs of a flow whose outcome was open by the key of the flow', () => {
    const jobs = [job('a', { key: 'flow' }), job('b', { key: 'flow~0~2' })];
    expect(kinds({ jobs, ledger: ledger([], { unresolved: new Set(['flow']) }) })).toEqual([]);
    expect(kinds({ jobs, ledger: ledger([]) })).toEqual(expect.arrayContaining(['unaccounted b']));
  });

  it('finds a job that no set names, and one that only a set names: neither will run', () => {
    expect(kinds({ jobs: [job('a', { states: [] })], ledger: ledger(['a']) })).toContain('orphan a');
    expect(kinds({ jobs: [job('a', { states: [] })], ledger: ledger(['a']) })).toContain('lost a');
    expect(kinds({ jobs: [job('a', { states: ['wait'], hasHash: false })], ledger: ledger(['a']) })).toEqual(
      expect.arrayContaining(['ghost a', 'lost a']),
    );
  });

  it('finds a job in two states, and the sum that does not add up', () => {
    const jobs = [job('a', { states: ['active', 'completed'] })];
    expect(kinds({ jobs, ledger: ledger(['a']) })).toEqual(['several-states a', 'unbalanced -']);
  });

  it('finds a dead and a completed job that never ran, by the record of runs or by fetches', () => {
    const jobs = [job('a', { states: ['failed'], fetches: 3 }), job('b', { fetches: 3 })];
    expect(kinds({ jobs, ledger: ledger(['a', 'b']), executions: runs({}) })).toEqual([
      'dead-without-start a',
      'completed-without-start b',
    ]);
    expect(kinds({ jobs, ledger: ledger(['a', 'b']) })).toEqual([]);
    expect(kinds({ jobs: [job('a', { states: ['failed'], fetches: 0 })], ledger: ledger(['a']) })).toEqual(['dead-without-start a']);
  });

  it('lets a job that expired or was cancelled end without a run', () => {
    const jobs = [job('a', { states: ['failed'], fetches: 1, lastError: 'expired' })];
    expect(kinds({ jobs, ledger: ledger(['a']), executions: runs({}) })).toEqual([]);
  });

  it('finds a stored job that nobody knows of, but not one whose outcome was in doubt', () => {
    expect(kinds({ jobs: [job('a')] })).toEqual(['unaccounted a']);
    expect(kinds({ jobs: [job('a')], isComplete: false })).toEqual([]);
    expect(kinds({ jobs: [job('a')], ledger: ledger([], { unresolved: new Set(['key-a']) }) })).toEqual([]);
  });

  it('finds a stored job whose caller was told that it is not stored', () => {
    const { findings } = audit({ ...NOTHING, jobs: [job('a')], ledger: ledger([], { refused: new Set(['key-a']) }) });
    expect(findings).toEqual([expect.objectContaining({ kind: 'unaccounted', detail: expect.stringContaining('told that it is not') })]);
  });

  it('passes on active jobs that nobody holds', () => {
    expect(kinds({ jobs: [job('a', { states: ['active'] })], ledger: ledger(['a']), unlocked: ['a'] })).toEqual(['active-without-lock a']);
  });

  it('finds a schedule that is gone, and one without a next run; their runs are no repetitions, and nobody submitted them', () => {
    const known = ledger([], { schedules: new Map(['a', 'b', 'c'].map((id) => [`t/${id}`, `key-${id}`])) });
    const schedules = [
      { id: 't/a', isGoingOn: true, isDue: false },
      { id: 't/b', isGoingOn: false, isDue: false },
    ];
    const { findings, counts } = audit({ ...NOTHING, jobs: [job('a')], schedules, ledger: known, executions: runs({ a: 5 }) });
    expect(findings.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['schedule-lost t/c', 'schedule-without-next-run t/a']);
    expect(counts).toMatchObject({ lost: 1, schedules: 3, repeated: 0 });
  });

  it('tells why submissions ran more than once', () => {
    const jobs = [job('a', { stalls: 1 }), job('b', { attemptsMade: 2 }), job('c'), job('d')];
    const executions = runs({ a: 2, b: 2, c: 2, d: 2 });
    executions.get('key-d')?.jobs.add('another');
    const { counts } = audit({ ...NOTHING, jobs, ledger: ledger(['a', 'b', 'c', 'd']), executions });
    expect(counts).toMatchObject({ repeated: 4, repeatedStalled: 1, repeatedFailed: 1, repeatedUnexplained: 1, repeatedSplit: 1 });
  });
});
