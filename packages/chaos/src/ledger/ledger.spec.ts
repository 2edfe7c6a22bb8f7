import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger } from './ledger.js';
import { readLedger } from './read-ledger.js';

describe('Ledger', () => {
  let dir: string;
  let ledger: Ledger;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dts-ledger-'));
    ledger = await Ledger.open(join(dir, 'ledger.jsonl'));
  });

  afterEach(async () => {
    await ledger.close();
    await rm(dir, { recursive: true });
  });

  it('has an entry in the file once it says so, many at once in few writes', async () => {
    const record = async (key: string) => {
      await ledger.record({ kind: 'acknowledged', at: 1, key, id: `id-${key}` });
      expect(await readFile(ledger.path, 'utf8')).toContain(`"${key}"`);
    };
    await Promise.all(Array.from({ length: 100 }, (_, index) => record(`key-${index}`)));
    expect((await readLedger(ledger.path)).acknowledged.size).toBe(100);
  });

  it('tells apart what was resolved, what never was, and what was given up', async () => {
    await ledger.record({ kind: 'unknown', at: 1, key: 'resolved', reason: '503 outcome-unknown' });
    await ledger.record({ kind: 'acknowledged', at: 2, key: 'resolved', id: 'io_1' });
    await ledger.record({ kind: 'unknown', at: 3, key: 'open', reason: 'ECONNRESET' });
    await ledger.record({ kind: 'abandoned', at: 4, key: 'open', reason: 'ECONNREFUSED' });
    await ledger.record({ kind: 'refused', at: 5, key: 'refused', reason: '503 unavailable' });
    await ledger.record({ kind: 'schedule', at: 6, key: 'nightly', id: 'tenant/nightly' });
    expect(await readLedger(ledger.path)).toEqual({
      acknowledged: new Map([['io_1', 'resolved']]),
      schedules: new Map([['tenant/nightly', 'nightly']]),
      resolved: new Set(['resolved']),
      unresolved: new Set(['open']),
      refused: new Set(['refused']),
      abandoned: new Set(['open']),
      unreadable: 0,
    });
  });

  it('reads all but the torn last line of a writer that died', async () => {
    await ledger.record({ kind: 'acknowledged', at: 1, key: 'whole', id: 'io_1' });
    await appendFile(ledger.path, '{"kind":"acknowledged","at":2,"key":"to');
    const contents = await readLedger(ledger.path);
    expect([...contents.acknowledged.keys()]).toEqual(['io_1']);
    expect(contents.unreadable).toBe(1);
  });
});
