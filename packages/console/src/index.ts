import { readFileSync } from 'node:fs';

export type { DeadLetter, Decision, Moment, News, Opening, QueueNow, Trouble, WorkerNow } from './feed.js';

export interface Asset {
  readonly type: string;
  readonly body: string;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

const MODULES = ['main', 'charts', 'dead-letters', 'decisions', 'dom', 'format', 'memory', 'palette', 'queues', 'workers'];

/** The page, and by name the files that it loads from beside itself: all that a browser needs. */
export function readConsole(): { readonly page: string; readonly files: ReadonlyMap<string, Asset> } {
  const asset = (path: string, type: string): Asset => ({ type, body: readFileSync(new URL(path, import.meta.url), 'utf8') });
  const library = (path: string, type: string): Asset => ({
    type,
    body: readFileSync(new URL(import.meta.resolve(`uplot/dist/${path}`)), 'utf8'),
  });
  return {
    page: asset('../assets/index.html', 'text/html').body,
    files: new Map([
      ['console.css', asset('../assets/console.css', STYLE)],
      ['uPlot.js', library('uPlot.iife.min.js', SCRIPT)],
      ['uPlot.css', library('uPlot.min.css', STYLE)],
      ...MODULES.map((name) => [`${name}.js`, asset(`./browser/${name}.js`, SCRIPT)] as const),
    ]),
  };
}
