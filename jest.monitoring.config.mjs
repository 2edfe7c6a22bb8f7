import { fileURLToPath } from 'node:url';
import preset from './jest.preset.mjs';

/** The specs of monitoring/ that need Prometheus and Alertmanager, real ones, as Debian has them. */
export default {
  projects: [
    {
      ...preset,
      rootDir: fileURLToPath(new URL('monitoring', import.meta.url)),
      testMatch: ['<rootDir>/src/**/*.monitoring.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
  testTimeout: 60_000,
  maxWorkers: 2,
};
