import type { WorkerInfo } from '@dts/queue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actuator } from '../actuator.js';

/** A target for the tests of its actuator, with no worker at first. */
export interface OpenedTarget {
  readonly actuator: Actuator;
  /** Resolves with the registry's entries of the workers that run there, once there are so many. */
  workers(count: number): Promise<readonly WorkerInfo[]>;
  /** From now on it cannot be read. */
  breakDown(): Promise<void>;
  close(): Promise<void>;
}

const change = { leaving: [], fence: 1, reason: 'a test wants it' };

/** What every actuator keeps to, whatever it moves. */
export function describeActuator(name: string, open: () => Promise<OpenedTarget>): void {
  describe(`${name} as an actuator`, () => {
    let target: OpenedTarget;
    let actuator: Actuator;

    beforeEach(async () => {
      target = await open();
      actuator = target.actuator;
    });
    afterEach(async () => {
      await actuator.close();
      await target.close();
    });

    const replicas = async () => (await actuator.read()).replicas;

    it('reads what it was set to', async () => {
      await expect(replicas()).resolves.toBe(0);
      await actuator.scale({ ...change, replicas: 3 });
      await expect(replicas()).resolves.toBe(3);
      await actuator.scale({ ...change, replicas: 3 });
      await expect(replicas()).resolves.toBe(3);
    });

    it('lets go exactly those that leave', async () => {
      await actuator.scale({ ...change, replicas: 3 });
      await actuator.read();
      const workers = await target.workers(3);
      const [first, second, third] = workers;
      await actuator.scale({ ...change, replicas: 2, leaving: workers.slice(1, 2) });
      await expect(replicas()).resolves.toBe(2);
      if (actuator.reach === 'none') return; // nobody is there
      const left = await target.workers(2);
      expect(left.map(({ id }) => id).toSorted()).toEqual([first?.id, third?.id].toSorted());
      expect(workers.map((worker) => actuator.owns(worker))).toEqual([true, false, true]);
      expect(second).toBeDefined();
    });

    it('goes to none and back', async () => {
      await actuator.scale({ ...change, replicas: 1 });
      await actuator.read();
      await actuator.scale({ ...change, replicas: 0, leaving: await target.workers(1) });
      await expect(replicas()).resolves.toBe(0);
      await actuator.scale({ ...change, replicas: 1 });
      await expect(replicas()).resolves.toBe(1);
    });

    it('owns no worker of another machine', async () => {
      if (actuator.reach === 'none') return; // where nothing has an effect, all that is heard of counts
      await actuator.scale({ ...change, replicas: 1 });
      await actuator.read();
      const [worker] = await target.workers(1);
      expect(worker && actuator.owns({ ...worker, host: `${worker.host}-not` })).toBe(false);
    });

    it('says that it cannot read rather than that there is nobody', async () => {
      await actuator.scale({ ...change, replicas: 1 });
      await target.breakDown();
      if (actuator.reach === 'none') return; // there is nothing that could break
      await expect(actuator.read()).rejects.toThrow(/\w/);
    });
  });
}
