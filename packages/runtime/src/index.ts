export { type ApiKey, ApiKeys, isOperator, SCOPES, type Scope } from './api-keys.js';
export { Draining } from './draining.js';
export { HealthController, READINESS } from './health.js';
export { EnvError, envBoolean, envList, envPort, loadEnv } from './load-env.js';
export { createLogger, LOGGER, type Logger, loggerEnvShape } from './logger.js';
export { counter, gauge, histogram, METRICS } from './metrics.js';
export { type Rate, rateSetting } from './rate.js';
export { main, runApp } from './run-app.js';
export { serverEnvShape } from './server-env.js';
