import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { decodeEntry, type LedgerEntry } from './entry.js';

/** What a ledger says in the end. */
export interface LedgerContents {
  /** Key of each acknowledged job, by its id. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Keys of each acknowledged job that was the answer to more than one: all but one of them stand for nothing. */
  readonly shared: ReadonlyMap<string, ReadonlySet<string>>;
  /** What the runs of each acknowledged schedule call, by its `<tenant>/<id>`. */
  readonly schedules: ReadonlyMap<string, string>;
  /** Keys whose outcome was unknown at some time and acknowledged later. */
  readonly resolved: ReadonlySet<string>;
  /** Keys whose outcome never became known: they may be stored or not. */
  readonly unresolved: ReadonlySet<string>;
  /** Keys whose caller believed that they are not stored. */
  readonly refused: ReadonlySet<string>;
  /** Keys that their caller gave up. */
  readonly abandoned: ReadonlySet<string>;
  /** Lines that are no entry, but for the torn last one of a writer that died: nobody knows what they would have told. */
  readonly unreadable: number;
}

export async function readLedger(path: string): Promise<LedgerContents> {
  const entries: LedgerEntry[] = [];
  let unreadable = 0;
  let isTorn = false;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (isTorn) unreadable++; // that one was not the last
    const entry = decodeEntry(line);
    isTorn = !line.endsWith('}');
    if (entry) entries.push(entry);
    else if (!isTorn) unreadable++;
  }
  return { ...summarize(entries), unreadable };
}

function summarize(entries: readonly LedgerEntry[]): Omit<LedgerContents, 'unreadable'> {
  const acknowledged = new Map<string, string>();
  const shared = new Map<string, Set<string>>();
  const schedules = new Map<string, string>();
  const acknowledgedKeys = new Set<string>();
  const unknown = new Set<string>();
  const refused = new Set<string>();
  const abandoned = new Set<string>();
  const sets = { unknown, refused, abandoned };
  for (const entry of entries) {
    if (entry.kind === 'acknowledged') {
      const other = acknowledged.get(entry.id) ?? entry.key;
      if (other !== entry.key) shared.set(entry.id, new Set([...(shared.get(entry.id) ?? []), other, entry.key]));
      acknowledged.set(entry.id, entry.key);
      acknowledgedKeys.add(entry.key);
    } else if (entry.kind === 'schedule') schedules.set(entry.id, entry.key);
    else sets[entry.kind].add(entry.key);
  }
  const resolved = new Set([...unknown].filter((key) => acknowledgedKeys.has(key)));
  const unresolved = new Set([...unknown].filter((key) => !acknowledgedKeys.has(key)));
  return { acknowledged, shared, schedules, resolved, unresolved, refused, abandoned };
}
