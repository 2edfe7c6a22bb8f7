import { setTimeout as delay } from 'node:timers/promises';
import { SchedulerError } from '@dts/client';
import { Interrupted } from '../process/interrupted.js';
import type { Session } from '../process/session.js';
import { frame } from './frame.js';
import { History } from './history.js';
import { Keys } from './keys.js';
import { type Reading, read } from './reading.js';
import { Screen } from './screen.js';
import type { TopView } from './view.js';

/** Shows queues and workers until the operator has seen enough. */
export async function showLive(session: Session, intervalMs: number): Promise<void> {
  const { world, printer, url } = session;
  const quit = new AbortController();
  const history = new History();
  let view: TopView = { url, queues: [], workers: [], history, at: Date.now(), intervalMs, isPaused: false, scrolled: 0 };
  const change = (changes: Partial<TopView>) => {
    view = { ...view, ...changes };
    screen.draw(frame(view, screen.canvas));
  };
  using screen = new Screen(world.out, printer.paint, () => change({}));
  using _keys = new Keys(world.in, (key) => {
    if (key === 'q' || key === 'escape') quit.abort();
    else if (key === 'ctrl-c') quit.abort(new Interrupted('SIGINT'));
    else if (key === 'space' || key === 'p') change({ isPaused: !view.isPaused });
    else if (key === 'down' || key === 'j') change({ scrolled: Math.min(view.scrolled + 1, Math.max(0, view.workers.length - 1)) });
    else if (key === 'up' || key === 'k') change({ scrolled: Math.max(0, view.scrolled - 1) });
  });
  const signal = AbortSignal.any([session.signal, quit.signal]);
  const show = (reading: Reading) => {
    if (view.isPaused) return;
    history.add(reading.queues);
    change({ ...reading, problem: undefined });
  };
  change({});
  await untilAborted(signal, async () => {
    await refresh(session, signal, show, (problem) => change({ problem }));
    await delay(intervalMs, undefined, { signal });
  });
  if (signal.reason instanceof Interrupted) throw signal.reason;
}

/** A gateway that does not answer now may do so later; one that refuses will not. */
async function refresh(
  session: Session,
  signal: AbortSignal,
  show: (reading: Reading) => void,
  complain: (problem: string) => void,
): Promise<void> {
  try {
    show(await read(session.client, { signal, onRetry: ({ error }) => complain(error.detail) }));
  } catch (error) {
    if (!(error instanceof SchedulerError) || !error.isTransient) throw error;
    complain(error.detail);
  }
}

async function untilAborted(signal: AbortSignal, body: () => Promise<void>): Promise<void> {
  try {
    for (;;) await body();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
