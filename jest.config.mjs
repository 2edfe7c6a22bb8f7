import preset from './jest.preset.mjs';

// The timeout of a run with projects is the one that stands here, not theirs.
export default {
  // By their configurations: packages in other languages have none.
  projects: ['<rootDir>/apps/*/jest.config.mjs', '<rootDir>/packages/*/jest.config.mjs', '<rootDir>/monitoring/jest.config.mjs'],
  testTimeout: preset.testTimeout,
  // Most of them wait for other processes most of the time: one core need not be left for Jest itself.
  maxWorkers: '100%',
};
