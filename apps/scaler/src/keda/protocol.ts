import type { handleServerStreamingCall, handleUnaryCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/**
 * KEDA's external scaler protocol, in our own words: names and numbers are those of KEDA's `externalscaler.proto`, with which
 * `npm run test:keda` compares them. `StreamMetricSpec`, which KEDA does without, is left out: the target never changes.
 */
export const PROTOCOL = {
  nested: {
    externalscaler: {
      nested: {
        ExternalScaler: {
          methods: {
            IsActive: {
              comment: 'Whether there is to be any replica',
              requestType: 'ScaledObjectRef',
              responseType: 'IsActiveResponse',
            },
            StreamIsActive: {
              comment: 'The same, told whenever it changes',
              requestType: 'ScaledObjectRef',
              responseType: 'IsActiveResponse',
              responseStream: true,
            },
            GetMetricSpec: {
              comment: 'Which metrics there are, and how much of each is for one replica',
              requestType: 'ScaledObjectRef',
              responseType: 'GetMetricSpecResponse',
            },
            GetMetrics: {
              comment: 'How much of one there is now',
              requestType: 'GetMetricsRequest',
              responseType: 'GetMetricsResponse',
            },
          },
        },
        ScaledObjectRef: {
          fields: {
            name: { type: 'string', id: 1 },
            namespace: { type: 'string', id: 2 },
            scalerMetadata: { keyType: 'string', type: 'string', id: 3 },
          },
        },
        IsActiveResponse: { fields: { result: { type: 'bool', id: 1 } } },
        GetMetricSpecResponse: { fields: { metricSpecs: { rule: 'repeated', type: 'MetricSpec', id: 1 } } },
        MetricSpec: {
          fields: {
            metricName: { type: 'string', id: 1 },
            targetSize: { type: 'int64', id: 2 },
            targetSizeFloat: { type: 'double', id: 3 },
          },
        },
        GetMetricsRequest: {
          fields: { scaledObjectRef: { type: 'ScaledObjectRef', id: 1 }, metricName: { type: 'string', id: 2 } },
        },
        GetMetricsResponse: { fields: { metricValues: { rule: 'repeated', type: 'MetricValue', id: 1 } } },
        MetricValue: {
          fields: {
            metricName: { type: 'string', id: 1 },
            metricValue: { type: 'int64', id: 2 },
            metricValueFloat: { type: 'double', id: 3 },
          },
        },
      },
    },
  },
};

export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  /** The trigger's `metadata`, with KEDA's own entries. */
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

export interface IsActiveResponse {
  readonly result: boolean;
}

export interface GetMetricSpecResponse {
  /** The whole numbers are for a KEDA that does not know the fractional ones. */
  readonly metricSpecs: readonly { readonly metricName: string; readonly targetSize: number; readonly targetSizeFloat: number }[];
}

export interface GetMetricsRequest {
  readonly scaledObjectRef: ScaledObjectRef | null;
  readonly metricName: string;
}

export interface GetMetricsResponse {
  readonly metricValues: readonly { readonly metricName: string; readonly metricValue: number; readonly metricValueFloat: number }[];
}

export interface ExternalScalerHandlers extends UntypedServiceImplementation {
  IsActive: handleUnaryCall<ScaledObjectRef, IsActiveResponse>;
  StreamIsActive: handleServerStreamingCall<ScaledObjectRef, IsActiveResponse>;
  GetMetricSpec: handleUnaryCall<ScaledObjectRef, GetMetricSpecResponse>;
  GetMetrics: handleUnaryCall<GetMetricsRequest, GetMetricsResponse>;
}

const definitions = fromJSON(PROTOCOL, { longs: Number, defaults: true });

export const externalScalerService = definitions['externalscaler.ExternalScaler'] as unknown as ServiceDefinition<ExternalScalerHandlers>;
