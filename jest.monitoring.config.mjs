import { fileURLToPath } from 'node:url';
import preset from './jest.preset.mjs';

/** Of a package, the specs that need Prometheus and Alertmanager, real ones, as Debian has them. */
const project = (path) => ({
  ...preset,
  rootDir: fileURLToPath(new URL(path, import.meta.url)),
  testMatch: ['<rootDir>/src/**/*.monitoring.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
});

export default {
  projects: [project('monitoring'), project('packages/dashboards')],
  testTimeout: 60_000,
  // What runs in seconds here takes minutes in production: it must not wait for others.
  maxWorkers: 1,
};
