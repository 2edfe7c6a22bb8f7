import { describe, expect, it } from '@jest/globals';
import { externalScalerService as service } from './protocol.js';

const hex = (bytes: Buffer) => bytes.toString('hex');
const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

// The bytes are written out by hand from the numbers in KEDA's externalscaler.proto.
describe('the protocol, on the wire', () => {
  it('has the names that KEDA calls', () => {
    expect(Object.values(service).map(({ path }) => path)).toEqual([
      '/externalscaler.ExternalScaler/IsActive',
      '/externalscaler.ExternalScaler/StreamIsActive',
      '/externalscaler.ExternalScaler/GetMetricSpec',
      '/externalscaler.ExternalScaler/GetMetrics',
    ]);
    expect(Object.values(service).map(({ requestStream, responseStream }) => [requestStream, responseStream])).toEqual([
      [false, false],
      [false, true],
      [false, false],
      [false, false],
    ]);
  });

  it('reads a ScaledObjectRef', () => {
    // name "a", namespace "b", scalerMetadata {"pool": "io"}
    const ref = service.IsActive.requestDeserialize(bytes('0a0161 120162 1a0a 0a04706f6f6c 1202696f'));
    expect(ref).toEqual({ name: 'a', namespace: 'b', scalerMetadata: { pool: 'io' } });
  });

  it('reads an empty one as one without metadata', () => {
    expect(service.IsActive.requestDeserialize(Buffer.alloc(0))).toEqual({ name: '', namespace: '', scalerMetadata: {} });
  });

  it('reads a GetMetricsRequest, with a ScaledObject and without', () => {
    const { requestDeserialize } = service.GetMetrics;
    expect(requestDeserialize(bytes('0a03 0a0161 120177'))).toMatchObject({ scaledObjectRef: { name: 'a' }, metricName: 'w' });
    expect(requestDeserialize(bytes('120177'))).toEqual({ scaledObjectRef: null, metricName: 'w' });
  });

  it('writes answers', () => {
    expect(hex(service.IsActive.responseSerialize({ result: true }))).toBe('0801');
    const spec = { metricSpecs: [{ metricName: 'w', targetSize: 1, targetSizeFloat: 1 }] };
    expect(hex(service.GetMetricSpec.responseSerialize(spec))).toBe('0a0e 0a0177 1001 19000000000000f03f'.replaceAll(' ', ''));
    const values = { metricValues: [{ metricName: 'w', metricValue: 300, metricValueFloat: 1 }] };
    expect(hex(service.GetMetrics.responseSerialize(values))).toBe('0a0f 0a0177 10ac02 19000000000000f03f'.replaceAll(' ', ''));
  });
});
