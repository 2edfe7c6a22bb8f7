import { describe, expect, it } from '@jest/globals';
import { DELETION_COST, LOWEST_COST, marksFor } from './leaving-pods.js';
import { pod } from './resources.js';

const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const named = (name: string, status: object = READY, annotations = {}) =>
  pod.parse({ metadata: { name, uid: name, resourceVersion: '1', annotations }, status });

describe('marksFor', () => {
  it('marks those that leave, and unmarks those of an attempt that came to nothing', () => {
    const pods = [named('a'), named('b', READY, { [DELETION_COST]: LOWEST_COST }), named('c', READY, { [DELETION_COST]: '-5' })];
    expect(marksFor(pods, ['a'])).toEqual({ mark: ['a'], unmark: ['b'] });
    expect(marksFor(pods, [])).toEqual({ mark: [], unmark: ['b'] });
  });

  it('marks again what is marked and leaves', () => {
    expect(marksFor([named('a', READY, { [DELETION_COST]: LOWEST_COST })], ['a'])).toEqual({ mark: ['a'], unmark: [] });
  });

  it('refuses while a pod that runs and is not ready would go instead, but not for one that is pending', () => {
    const unready = named('b', { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] });
    expect(() => marksFor([named('a'), unready], ['a'])).toThrow('these pods are not ready and would go instead: b');
    expect(marksFor([named('a'), unready], [])).toEqual({ mark: [], unmark: [] });
    expect(marksFor([named('a'), named('b', { phase: 'Pending' })], ['a'])).toEqual({ mark: ['a'], unmark: [] });
  });

  it('refuses who is no pod of the Deployment', () => {
    expect(() => marksFor([named('a')], ['a', 'elsewhere'])).toThrow('no pod of the Deployment: elsewhere');
  });
});
