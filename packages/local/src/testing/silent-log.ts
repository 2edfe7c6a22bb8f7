import { PassThrough } from 'node:stream';
import { ProgramLog } from '../program-log.js';
import { Terminal } from '../terminal.js';

/** A program's log whose terminal is kept instead of shown. */
export function silentLog(name: string, folder: string): { log: ProgramLog; shown: () => string } {
  const screen = new PassThrough();
  let text = '';
  screen.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { log: new ProgramLog(name, folder, new Terminal(false, screen, screen)), shown: () => text };
}
