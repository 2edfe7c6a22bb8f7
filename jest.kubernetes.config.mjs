import { fileURLToPath } from 'node:url';
import preset, { nestPreset } from './jest.preset.mjs';

const root = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Of a package, the specs that need a Kubernetes. The programs that they start are built once, before all of them. */
const project = (base, path) => ({
  ...base,
  rootDir: root(path),
  globalSetup: root('packages/testkit/dist/jest/kubernetes-setup.js'),
  testMatch: ['<rootDir>/src/**/*.kubernetes.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
});

export default {
  projects: [project(preset, 'packages/testkit'), project(nestPreset, 'apps/scaler'), project(preset, 'packages/e2e')],
  testTimeout: 120_000,
  // Each has a cluster of its own, which takes 0.6 GB, and most of a core only while it starts: then they wait, most of the time.
  maxWorkers: 2,
};
