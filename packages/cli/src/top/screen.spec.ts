import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { plain } from '../output/palette.js';
import { Screen } from './screen.js';

/** A terminal that only remembers; its size changes when a test says so. */
class Paper extends EventEmitter {
  columns = 4;
  rows = 2;
  written = '';

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  take(): string {
    const text = this.written;
    this.written = '';
    return text;
  }
}

function open(onResize = () => {}) {
  const paper = new Paper();
  return { paper, screen: new Screen(paper as unknown as NodeJS.WriteStream, plain, onResize) };
}

describe('Screen', () => {
  it('writes what has changed, and erases nothing after a line that is full', () => {
    const { paper, screen } = open();
    paper.take();
    screen.draw(['full', 'b']);
    expect(paper.take()).toBe('\x1b[1;1H\x1b[0m\x1b[2Kfull\x1b[0m\x1b[2;1H\x1b[0m\x1b[2Kb\x1b[0m');
    screen.draw(['full', 'c']);
    expect(paper.take()).toBe('\x1b[2;1H\x1b[0m\x1b[2Kc\x1b[0m');
    screen.draw(['full', 'c']);
    expect(paper.take()).toBe('');
    screen[Symbol.dispose]();
  });

  it('begins anew when the size changes', () => {
    const sizes: number[] = [];
    const { paper, screen } = open(() => sizes.push(screen.canvas.columns));
    screen.draw(['a']);
    paper.columns = 9;
    paper.emit('resize');
    expect(sizes).toEqual([9]);
    paper.take();
    screen.draw(['a']);
    expect(paper.take()).toContain('a');
    screen[Symbol.dispose]();
  });

  it('gives back what it has taken, and listens no longer', () => {
    const listeners = process.listenerCount('exit');
    const { paper, screen } = open();
    expect(paper.take()).toContain('\x1b[?1049h');
    screen[Symbol.dispose]();
    expect(paper.take()).toBe('\x1b[?7h\x1b[?25h\x1b[?1049l');
    expect([paper.listenerCount('resize'), process.listenerCount('exit')]).toEqual([0, listeners]);
  });
});
