import type { Queue, Worker } from '@dts/client';
import type { Canvas } from '../output/palette.js';
import type { History } from './history.js';

/** What a frame shows. */
export interface TopView {
  readonly url: string;
  readonly queues: readonly Queue[];
  readonly workers: readonly Worker[];
  readonly history: History;
  /** Unix milliseconds at which it was true. */
  readonly at: number;
  readonly intervalMs: number;
  readonly isPaused: boolean;
  /** Why there is nothing newer. */
  readonly problem?: string;
  /** Workers scrolled past. */
  readonly scrolled: number;
}

export interface TopCanvas extends Canvas {
  /** Infinite when a frame may be as long as it wants. */
  readonly rows: number;
}
