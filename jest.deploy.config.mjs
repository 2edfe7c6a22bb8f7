import { fileURLToPath } from 'node:url';
import preset from './jest.preset.mjs';

/** The specs that need a Docker engine. Nothing but what Compose starts is needed beside it. */
const { globalSetup, globalTeardown, ...base } = preset;

export default {
  ...base,
  rootDir: fileURLToPath(new URL('packages/e2e', import.meta.url)),
  testMatch: ['<rootDir>/src/**/*.deploy.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
