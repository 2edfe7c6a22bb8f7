/** What a submitter knows of one submission, a line each. `at` is Unix milliseconds. */
export type LedgerEntry =
  /** The gateway answered with success: from here on the job must not be lost. */
  | { readonly kind: 'acknowledged'; readonly at: number; readonly key: string; readonly id: string }
  /** The same of a schedule: `id` is `<tenant>/<id>`, `key` what its runs call. */
  | { readonly kind: 'schedule'; readonly at: number; readonly key: string; readonly id: string }
  /** No answer, or one that leaves the outcome open: the job may be stored or not. A later acknowledgement resolves it. */
  | { readonly kind: 'unknown'; readonly at: number; readonly key: string; readonly reason: string }
  /** The gateway answered that the job is certainly not stored, and the caller left it at that: it must not be there. */
  | { readonly kind: 'refused'; readonly at: number; readonly key: string; readonly reason: string }
  /** Never acknowledged however often it was repeated. Not owed, but when an unknown came before it may be there. */
  | { readonly kind: 'abandoned'; readonly at: number; readonly key: string; readonly reason: string };

export function encodeEntry(entry: LedgerEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** What an entry of each kind tells beside its key. */
const TELLS: ReadonlyMap<unknown, 'id' | 'reason'> = new Map([
  ['acknowledged', 'id'],
  ['schedule', 'id'],
  ['unknown', 'reason'],
  ['refused', 'reason'],
  ['abandoned', 'reason'],
]);

/** Undefined for a line that is not a whole entry. */
export function decodeEntry(line: string): LedgerEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Record<string, unknown>> | null;
    const tells = TELLS.get(entry?.kind);
    if (tells === undefined || typeof entry?.[tells] !== 'string') return undefined;
    if (typeof entry.key !== 'string' || typeof entry.at !== 'number') return undefined;
    return entry as unknown as LedgerEntry;
  } catch {
    return undefined;
  }
}
