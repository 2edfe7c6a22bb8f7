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
  /** @throws Refusal and nothing else */
  const guarded = <Result>(method: string, work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      observer.failed(method, error);
      throw new Refusal(status.INTERNAL, 'this failed in the scaler: its log tells why');
    }
  };

  /** Does the work, and tells how it ended. */
  const answer = <Result>(method: string, work: () => Result): { readonly result: Result } | { readonly refusal: Refusal } => {
    try {
      const result = guarded(method, work);
      observer.answered(method, status.OK);
      return { result };
    } catch (error) {
      const refusal = error as Refusal;
      observer.answered(method, refusal.code);
      return { refusal };
    }
  };

  const unary = <Request, Response>(method: string, work: (request: Request) => Response): handleUnaryCall<Request, Response> => {
    return ({ request }, callback) => {
      const answered = answer(method, () => work(request));
      if ('refusal' in answered) callback(answered.refusal);
      else callback(null, answered.result);
    };
  };

  const streamIsActive = (call: ActivityCall) => {
    const isActive = () => guarded('StreamIsActive', () => scaler.isActive(call.request).result);
    const answered = answer('StreamIsActive', () => streams.start(call, scaler.pool(call.request), isActive));
    if ('refusal' in answered) call.emit('error', answered.refusal);
  };

  return {
    IsActive: unary('IsActive', (request) => scaler.isActive(request)),
    GetMetricSpec: unary('GetMetricSpec', (request) => scaler.metricSpec(request)),
    GetMetrics: unary('GetMetrics', (request) => scaler.metrics(request)),
    StreamIsActive: streamIsActive,
  };
}
