import { describe, expect, it } from '@jest/globals';
import { deployment } from './resources.js';
import { isSettled } from './rollout.js';

const metadata = { name: 'worker', uid: 'u', resourceVersion: '1', generation: 3 };
const settled = (replicas: number, status: object) =>
  isSettled(deployment.parse({ metadata, spec: { replicas, selector: {} }, status: { observedGeneration: 3, ...status } }));

const all = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const gaveUp = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] };

describe('isSettled', () => {
  it.each([
    ['all there', 3, all, true],
    ['none wanted, none there', 0, {}, true],
    ['a change that nobody has looked at yet', 3, { ...all, observedGeneration: 2 }, false],
    ['pods of the old template beside new ones', 3, { replicas: 4, updatedReplicas: 1, availableReplicas: 3 }, false],
    ['new pods that are not available yet', 3, { ...all, availableReplicas: 2 }, false],
    ['pods still to be made', 5, all, false],
    ['pods still to go', 2, all, false],
    ['no room for the rest, and no more waiting for it', 3, { ...all, availableReplicas: 1, ...gaveUp }, true],
    [
      'a new template that does not start, beside the old one',
      3,
      { replicas: 4, updatedReplicas: 1, availableReplicas: 3, ...gaveUp },
      false,
    ],
  ])('%s: %s', (_what, replicas, status, expected) => {
    expect(settled(replicas, status)).toBe(expected);
  });
});
