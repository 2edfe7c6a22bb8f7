import preset from './jest.preset.mjs';

/** Workers in other languages, driven through the suite that all of them share. */
export default {
  ...preset,
  rootDir: 'packages/e2e',
  testMatch: ['<rootDir>/src/**/*.polyglot.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each file has a stack of its own, and waits for clocks most of the time: leases that end, outages that are over.
  maxWorkers: 2,
};
