import 'reflect-metadata';
import { createLogger, loadEnv, main, runApp, startTracing } from '@dts/runtime';
import { appModule } from './app.module.js';
import { workerEnv } from './env.js';
import { checkOpenFiles, readOpenFilesLimit } from './open-files.js';

await main('worker', async () => {
  const env = loadEnv(workerEnv);
  checkOpenFiles(env.QUEUES, readOpenFilesLimit());
  const logger = createLogger('worker', env);
  const tracing = await startTracing('worker', env, logger);
  await runApp({
    name: 'worker',
    logger,
    module: appModule(env, logger),
    host: env.HOST,
    port: env.PORT,
    graceMs: env.SHUTDOWN_GRACE,
    tracing,
  });
});
