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
      shared: new Map(),
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
    expect(contents.unreadable).toBe(0);
  });

  it('counts every other line that is no entry: it may have been an acknowledgement', async () => {
    const whole = '{"kind":"acknowledged","at":1,"key":"whole","id":"io_1"}';
    const broken = [
      '{"kind":"acknowledged","at":2,"key":"to',
      '{"kind":"acknowlegded","at":1,"key":"a","id":"io_2"}',
      '{"kind":"no","at":1,"key":"a","reason":"b"}',
      'null',
    ];
    await appendFile(ledger.path, `${[...broken, whole, '{}'].join('\n')}\n`);
    expect(await readLedger(ledger.path)).toMatchObject({ acknowledged: new Map([['io_1', 'whole']]), unreadable: broken.length + 1 });
  });

  it('tells which job was the answer to more than one key', async () => {
    for (const key of ['a', 'b', 'a', 'c']) await ledger.record({ kind: 'acknowledged', at: 1, key, id: 'io_1' });
    await ledger.record({ kind: 'acknowledged', at: 1, key: 'd', id: 'io_2' });
    expect((await readLedger(ledger.path)).shared).toEqual(new Map([['io_1', new Set(['a', 'b', 'c'])]]));
  });
});
