import { expect, it } from '@jest/globals';
import type { HandlerContext, Handlers } from './handler.js';
import { runHandler } from './run-handler.js';

it('fails for good what is handled elsewhere, and never calls it completed', async () => {
  const run = runHandler({} as Handlers, 'report.render', {}, {} as HandlerContext);
  await expect(run).rejects.toMatchObject({
    name: 'FinalError',
    code: 'handled-elsewhere',
    message: expect.stringContaining('report.render'),
  });
});
