export { EnvError, envBoolean, envList, envPort, loadEnv } from './load-env.js';
