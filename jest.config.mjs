export default { projects: ['<rootDir>/apps/*', '<rootDir>/packages/*'] };
