import { type handleUnaryCall, status } from '@grpc/grpc-js';
import type { ActivityCall } from './activity-stream.js';
import type { ActivityStreams } from './activity-streams.js';
import type { ExternalScaler } from './external-scaler.js';
import type { ExternalScalerHandlers } from './protocol.js';
import { Refusal } from './refusal.js';

/** Told of every call: its method and how it ended, and what nobody expected. */
export interface CallObserver {
  answered(method: string, code: status): void;
  failed(method: string, error: unknown): void;
}

/** The protocol's methods. Whatever happens in one, its caller gets a gRPC status, and no more of our insides than a Refusal tells. */
export function createHandlers(scaler: ExternalScaler, streams: ActivityStreams, observer: CallObserver): ExternalScalerHandlers {
  const refusalOf = (method: string, error: unknown) => {
    if (!(error instanceof Refusal)) observer.failed(method, error);
    const refusal = error instanceof Refusal ? error : new Refusal(status.INTERNAL, 'this failed in the scaler: its log tells why');
    observer.answered(method, refusal.code);
    return refusal;
  };

  const unary = <Request, Response>(method: string, answer: (request: Request) => Response): handleUnaryCall<Request, Response> => {
    return ({ request }, callback) => {
      let response: Response;
      try {
        response = answer(request);
      } catch (error) {
        return callback(refusalOf(method, error));
      }
      observer.answered(method, status.OK);
      callback(null, response);
    };
  };

  const stream = (call: ActivityCall) => {
    try {
      streams.start(call, scaler.pool(call.request), () => scaler.isActive(call.request).result);
      observer.answered('StreamIsActive', status.OK);
    } catch (error) {
      call.emit('error', refusalOf('StreamIsActive', error));
    }
  };

  return {
    IsActive: unary('IsActive', (request) => scaler.isActive(request)),
    GetMetricSpec: unary('GetMetricSpec', (request) => scaler.metricSpec(request)),
    GetMetrics: unary('GetMetrics', (request) => scaler.metrics(request)),
    StreamIsActive: stream,
  };
}
