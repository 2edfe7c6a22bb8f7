import { fileURLToPath } from 'node:url';

const testkit = (file) => fileURLToPath(new URL(`packages/testkit/dist/jest/${file}`, import.meta.url));

/** Shared by every package. Tests run from source; what they import from other packages is built first. */
const preset = {
  // One Redis for the run, however many packages take part.
  globalSetup: testkit('global-setup.js'),
  globalTeardown: testkit('global-teardown.js'),
  testEnvironment: testkit('leak-environment.js'),
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  // They need a cluster, an engine, Prometheus, Python or Go: `npm run test:kubernetes`, `test:keda`, `test:deploy`, `test:monitoring`, `test:polyglot`, each by a jest.*.config.mjs of its own.
  testPathIgnorePatterns: ['/node_modules/', '\\.(kubernetes|keda|deploy|monitoring|polyglot)\\.spec\\.ts$'],
  testTimeout: 20_000,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default preset;

/**
 * For packages with NestJS: CommonJS packages require() ESM-only Nest, which Node refuses in the middle of a cycle
 * ("Cannot require() ES Module … in a cycle"); loading it first, in this order, avoids that.
 */
export const nestPreset = { ...preset, setupFiles: ['reflect-metadata', '@nestjs/common', '@nestjs/core'] };
