import type { Random } from '../random.js';

/** Stands between the key of a job and the place of a child of it, in the keys of a flow's jobs. */
const BELOW = '~';

interface FlowNode {
  readonly name: 'http.request';
  readonly payload: object;
  readonly delay?: number;
  readonly children?: readonly FlowNode[];
}

/** What an answer tells of a flow's job. */
export interface ToldNode {
  readonly job?: { readonly id?: unknown };
  readonly children?: readonly ToldNode[];
}

/** A job with children, of which some have children; each calls a URL of its own, which ends in its key. */
export function makeFlow(url: string, random: Random, levels = 2): FlowNode {
  const count = levels === 0 ? 0 : random.between(levels === 2 ? 1 : 0, 3);
  const children = Array.from({ length: count }, (_, index) => makeFlow(`${url}${BELOW}${index}`, random, levels - 1));
  const delay = count === 0 && random.between(0, 9) < 3 ? random.between(100, 2_000) : undefined;
  return { name: 'http.request', payload: { method: 'GET', url }, ...(delay && { delay }), ...(count > 0 && { children }) };
}

/** The id of every job of a flow, by its key. */
export function idsOf({ job, children = [] }: ToldNode, key: string): [key: string, id: string][] {
  return [[key, String(job?.id)], ...children.flatMap((child, index) => idsOf(child, `${key}${BELOW}${index}`))];
}

/** The key of the job that waits for this one, if it is part of a flow. */
export function parentKeyOf(key: string): string | undefined {
  const end = key.lastIndexOf(BELOW);
  return end < 0 ? undefined : key.slice(0, end);
}

/** The key with which a flow was submitted, by that of any of its jobs. */
export function flowKeyOf(key: string): string {
  return key.split(BELOW)[0] ?? key;
}
