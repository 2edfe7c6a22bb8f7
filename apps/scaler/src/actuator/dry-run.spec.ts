import { createLogger } from '@dts/runtime';
import { describe, expect, it } from '@jest/globals';
import { DryRun } from './dry-run.js';
import { describeActuator } from './testing/actuator-contract.js';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

describeActuator('dry-run', async () => ({
  actuator: new DryRun('io', () => 0, logger),
  workers: async () => [],
  breakDown: async () => {},
  close: async () => {},
}));

describe('dry-run', () => {
  it('starts from the workers that are there', async () => {
    const actuator = new DryRun('io', () => 4, logger);
    await expect(actuator.read()).resolves.toEqual({ replicas: 4, settled: true, refusal: null });
  });
});
