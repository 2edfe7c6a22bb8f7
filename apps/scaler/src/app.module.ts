import { counter, Draining, gauge, HealthController, LOGGER, type Logger, METRICS, READINESS } from '@dts/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { SCALER_ENV, type ScalerEnv } from './env.js';
import { Observer } from './signal/observer.js';
import { SignalPublisher } from './signal/publisher.js';
import { SignalsController } from './signal/signals.controller.js';

@Module({
  imports: [PrometheusModule.register()],
  controllers: [HealthController, SignalsController],
  providers: [
    Observer,
    SignalPublisher,
    Draining,
    { provide: READINESS, inject: [Observer], useFactory: (observer: Observer) => async () => problemsOf(observer) },
    gauge(METRICS.queueJobs),
    gauge(METRICS.oldestWaiting),
    gauge(METRICS.delayedDue),
    gauge(METRICS.paused),
    gauge(METRICS.arrivalRate),
    counter(METRICS.signalFailures),
  ],
})
class AppModule {}

/** The scaler, for one environment. */
export function appModule(env: ScalerEnv, logger: Logger): DynamicModule {
  return {
    module: AppModule,
    providers: [
      { provide: SCALER_ENV, useValue: env },
      { provide: LOGGER, useValue: logger },
    ],
  };
}

function problemsOf(observer: Observer): string[] {
  return observer.latest().flatMap((signal) => (signal.state === 'unknown' ? [`queue ${signal.queue}: ${signal.reason}`] : []));
}
