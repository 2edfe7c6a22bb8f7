import { PROBE_KINDS, type Probe, type ProbeKind } from './probe.js';

export interface Share {
  readonly asked: number;
  /** Failed at the first try. */
  readonly failed: number;
  /** Failed at every try within five seconds. */
  readonly lost: number;
  /** Of 1: succeeded at once. */
  readonly raw: number;
  /** Of 1: succeeded at once or when repeated within five seconds. */
  readonly repeated: number;
}

/** From the first probe that failed until all kinds succeeded again. */
export interface Outage {
  /** Unix milliseconds. */
  readonly from: number;
  readonly ms: number;
}

/** What a kind of fault cost. */
export interface Cost {
  readonly fault: string;
  readonly times: number;
  /** How many of them a caller could notice. */
  readonly noticed: number;
  /** Milliseconds of outage for each, on average and at most. */
  readonly meanMs: number;
  readonly longestMs: number;
}

export interface Fault {
  readonly label: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface Availability {
  readonly all: Share;
  readonly byKind: Readonly<Record<ProbeKind, Share>>;
  /** Of 1: of the time, in which nothing failed. */
  readonly time: number;
  readonly outages: readonly Outage[];
  readonly costs: readonly Cost[];
  /** How often each answer came that was no success. */
  readonly troubles: Readonly<Record<string, number>>;
}

/** A probe that was under way when a fault came was due before it. */
const LONGEST_ANSWER_MS = 2_000;

interface Round {
  readonly at: number;
  readonly isOk: boolean;
}

/** @param span of the measurement, Unix milliseconds: probes that were due outside do not count */
export function availabilityOf(all: readonly Probe[], faults: readonly Fault[], span: { from: number; to: number }): Availability {
  const probes = all.filter(({ at }) => at >= span.from && at < span.to).toSorted((a, b) => a.at - b.at);
  const outages = outagesOf(probes, span.to);
  const down = outages.reduce((sum, { ms }) => sum + ms, 0);
  const byKind = Object.fromEntries(PROBE_KINDS.map((kind) => [kind, shareOf(probes.filter((probe) => probe.kind === kind))]));
  return {
    all: shareOf(probes),
    byKind: byKind as Record<ProbeKind, Share>,
    time: 1 - down / (span.to - span.from),
    outages,
    costs: costsOf(outages, faults),
    troubles: countAnswers(probes),
  };
}

function shareOf(probes: readonly Probe[]): Share {
  const asked = probes.length;
  const failed = probes.filter(({ isOk }) => !isOk).length;
  const lost = probes.filter(({ isOk, recoveredMs }) => !isOk && typeof recoveredMs !== 'number').length;
  return { asked, failed, lost, raw: 1 - failed / asked, repeated: 1 - lost / asked };
}

function outagesOf(probes: readonly Probe[], end: number): Outage[] {
  const rounds = [...grouped(probes, ({ at }) => at)].map(([at, asked]): Round => ({ at, isOk: asked.every(({ isOk }) => isOk) }));
  const outages: Outage[] = [];
  let from: number | undefined;
  for (const { at, isOk } of [...rounds, { at: end, isOk: true }]) {
    if (!isOk) from ??= at;
    else if (from !== undefined) {
      outages.push({ from, ms: at - from });
      from = undefined;
    }
  }
  return outages;
}

function grouped<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** An outage is put down to the last fault that was injected before its first probe could have failed. */
function costsOf(outages: readonly Outage[], faults: readonly Fault[]): Cost[] {
  const ofEach = faults.map(({ label, at }, index) => {
    const next = faults[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const own = outages.filter(({ from }) => from >= at - LONGEST_ANSWER_MS && from < next - LONGEST_ANSWER_MS);
    return { label, ms: own.reduce((sum, { ms }) => sum + ms, 0) };
  });
  return [...grouped(ofEach, ({ label }) => label)].map(([fault, each]) => ({
    fault,
    times: each.length,
    noticed: each.filter(({ ms }) => ms > 0).length,
    meanMs: Math.round(each.reduce((sum, { ms }) => sum + ms, 0) / each.length),
    longestMs: Math.max(...each.map(({ ms }) => ms)),
  }));
}

function countAnswers(probes: readonly Probe[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { isOk, kind, answer } of probes) if (!isOk) counts[`${kind}: ${answer}`] = (counts[`${kind}: ${answer}`] ?? 0) + 1;
  return counts;
}
