import { describe, expect, it } from '@jest/globals';
import { leaseName } from './lease-env.js';

describe('leaseName', () => {
  it('is what the environment says', () => {
    expect(leaseName({ LEASE_NAME: 'scaler', LEASE_NAMESPACE: 'dts' })).toEqual({ name: 'scaler', namespace: 'dts' });
  });

  it('says what to set outside of a cluster', () => {
    expect(() => leaseName({ LEASE_NAME: 'scaler', LEASE_NAMESPACE: undefined })).toThrow(
      'run the scaler in a pod, or set LEASE_NAMESPACE',
    );
  });
});
