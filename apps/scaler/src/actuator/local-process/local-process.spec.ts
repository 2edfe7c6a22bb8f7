import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PlayedSupervisor } from '../../fixtures/played-supervisor.js';
import { workerInfo } from '../../fixtures/workers.js';
import { describeActuator } from '../testing/actuator-contract.js';
import { LocalProcess } from './local-process.js';
import { Supervisor } from './supervisor.js';

const PLACE = { pool: 'io', queues: 'io:5' };
const toWorkers = (pids: readonly number[]) => pids.map((pid) => workerInfo(String(pid), { pid }));

describeActuator('local-process', async () => {
  const played = new PlayedSupervisor();
  const supervisor = new Supervisor(played);
  return {
    actuator: new LocalProcess(PLACE, supervisor),
    workers: async () => toWorkers(played.pids),
    breakDown: async () => {
      played.state = 'refusing';
    },
    close: async () => supervisor.close(),
  };
});

describe('local-process', () => {
  let played: PlayedSupervisor;
  let supervisor: Supervisor;
  let actuator: LocalProcess;

  beforeEach(() => {
    played = new PlayedSupervisor();
    supervisor = new Supervisor(played);
    actuator = new LocalProcess(PLACE, supervisor);
  });
  afterEach(() => supervisor.close());

  it('tells what workers of the pool serve, and which processes go', async () => {
    await actuator.scale({ replicas: 2, leaving: [], fence: 1, reason: '' });
    await actuator.scale({ replicas: 1, leaving: toWorkers(played.pids).slice(0, 1), fence: 1, reason: '' });
    expect(played.requests).toEqual([
      { kind: 'pool.scale', id: 1, pool: 'io', queues: 'io:5', replicas: 2, leaving: [] },
      { kind: 'pool.scale', id: 2, pool: 'io', queues: 'io:5', replicas: 1, leaving: [1_000] },
    ]);
  });

  it('passes on why the supervisor refuses', async () => {
    played.state = 'refusing';
    await expect(actuator.read()).rejects.toThrow('the stack is stopping');
  });

  it('does not wait for ever', async () => {
    played.state = 'deaf';
    await expect(actuator.read()).rejects.toThrow('the supervisor does not answer');
  }, 15_000);

  it('says that there is no supervisor, where nobody opened a channel', async () => {
    const alone = new Supervisor({ on: () => {}, off: () => {} });
    await expect(new LocalProcess(PLACE, alone).read()).rejects.toThrow('npm start');
  });
});
