import 'reflect-metadata';
import { createLogger, loadEnv, main, runApp, startTracing } from '@dts/runtime';
import { appModule } from './app.module.js';
import { gatewayEnv } from './env.js';
import { createAdapter, prepareServer } from './http/server.js';

await main('gateway', async () => {
  const env = loadEnv(gatewayEnv);
  const logger = createLogger('gateway', env);
  const tracing = await startTracing('gateway', env, logger);
  await runApp({
    name: 'gateway',
    logger,
    module: appModule(env, logger),
    host: env.HOST,
    port: env.PORT,
    graceMs: env.SHUTDOWN_GRACE,
    drainDelayMs: env.DRAIN_DELAY,
    tracing,
    adapter: createAdapter(),
    prepare: prepareServer,
  });
});
