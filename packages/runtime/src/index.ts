export { Draining } from './draining.js';
export { HealthController, READINESS } from './health.js';
export { EnvError, envBoolean, envList, envPort, loadEnv } from './load-env.js';
export { createLogger, LOGGER, type Logger, loggerEnvShape } from './logger.js';
export { counter, gauge, histogram, METRICS } from './metrics.js';
export { main, runApp } from './run-app.js';
export { serverEnvShape } from './server-env.js';
