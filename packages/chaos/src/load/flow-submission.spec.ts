import { describe, expect, it } from '@jest/globals';
import { Random } from '../random.js';
import { flowKeyOf, idsOf, makeFlow, parentKeyOf } from './flow-submission.js';

type Node = ReturnType<typeof makeFlow>;

const keyOf = ({ payload }: Node) => (payload as { url: string }).url.replace('http://receiver/run/', '');
const keysOf = (node: Node): string[] => [keyOf(node), ...(node.children ?? []).flatMap(keysOf)];
const tell = (node: Node): object => ({ job: { id: `id-of-${keyOf(node)}` }, children: (node.children ?? []).map(tell) });

describe('the flows of a load', () => {
  it('have keys by which each job is found, and its parent', () => {
    const flows = Array.from({ length: 50 }, (_, index) => makeFlow(`http://receiver/run/load-${index}`, Random.for(1, `load-${index}`)));
    for (const [index, flow] of flows.entries()) {
      const keys = keysOf(flow);
      expect(keys.length).toBeGreaterThan(1);
      expect(idsOf(tell(flow), `load-${index}`)).toEqual(keys.map((key) => [key, `id-of-${key}`]));
      expect(new Set(keys.map(flowKeyOf))).toEqual(new Set([`load-${index}`]));
      for (const child of flow.children ?? []) expect(parentKeyOf(keyOf(child))).toBe(keyOf(flow));
      expect(parentKeyOf(keyOf(flow))).toBeUndefined();
    }
    expect(flows.some(({ children = [] }) => children.some(({ children: leaves }) => leaves))).toBe(true);
  });
});
