import preset from './jest.preset.mjs';

// The timeout of a run with projects is the one that stands here, not theirs.
export default {
  projects: ['<rootDir>/apps/*', '<rootDir>/packages/*', '<rootDir>/monitoring'],
  testTimeout: preset.testTimeout,
  // Most of them wait for other processes most of the time: one core need not be left for Jest itself.
  maxWorkers: '100%',
};
