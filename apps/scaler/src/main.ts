import 'reflect-metadata';
import { createLogger, loadEnv, main, runApp } from '@dts/runtime';
import { appModule } from './app.module.js';
import { scalerEnv } from './env.js';

await main('scaler', async () => {
  const env = loadEnv(scalerEnv);
  const logger = createLogger('scaler', env);
  await runApp({ name: 'scaler', logger, module: appModule(env, logger), host: env.HOST, port: env.PORT, graceMs: env.SHUTDOWN_GRACE });
});
