import type { ActivityCall } from './activity-stream.js';
import type { ActivityStreams } from './activity-streams.js';
import { Answering, type CallObserver } from './answering.js';
import type { ExternalScaler } from './external-scaler.js';
import type { ExternalScalerHandlers } from './protocol.js';

/** The protocol's methods. */
export function createHandlers(scaler: ExternalScaler, streams: ActivityStreams, observer: CallObserver): ExternalScalerHandlers {
  const answering = new Answering(observer);
  const stream = (call: ActivityCall) => {
    const isActive = () => answering.guard('StreamIsActive', () => scaler.isActive(call.request).result);
    const answer = answering.answer('StreamIsActive', () => streams.start(call, scaler.pool(call.request), isActive));
    if ('refusal' in answer) call.emit('error', answer.refusal);
  };
  return {
    IsActive: answering.unary('IsActive', (request) => scaler.isActive(request)),
    GetMetricSpec: answering.unary('GetMetricSpec', (request) => scaler.metricSpec(request)),
    GetMetrics: answering.unary('GetMetrics', (request) => scaler.metrics(request)),
    StreamIsActive: stream,
  };
}
