import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { ends } from './scenarios/ends.js';
import { holds } from './scenarios/holds.js';
import { stops } from './scenarios/stops.js';
import { survives } from './scenarios/survives.js';
import { LONG, Scene } from './scene.js';
import type { StartWorker } from './worker-driver.js';

/** What every worker that leases must do, in whatever language it is written. */
export function itConforms(language: string, start: StartWorker): void {
  describe(`a worker in ${language}`, () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.open(start);
    }, LONG);
    beforeEach(() => scene.reset());
    afterAll(() => scene?.close());

    ends(() => scene);
    holds(() => scene);
    survives(() => scene);
    stops(() => scene);
  });
}
