import kubernetes from './jest.kubernetes.config.mjs';

/** The specs that need KEDA besides: its programs are built once, before all of them. */
const project = ({ globalSetup, ...base }) => ({
  ...base,
  globalSetup: globalSetup.replace('kubernetes-setup', 'keda-setup'),
  testMatch: ['<rootDir>/src/**/*.keda.spec.ts'],
});

export default { ...kubernetes, projects: kubernetes.projects.filter(({ rootDir }) => rootDir.endsWith('scaler')).map(project) };
