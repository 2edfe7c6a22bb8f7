import type { Canvas, Palette } from './palette.js';
import { toJson } from './printable.js';

export interface PrinterOptions extends Canvas {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly json: boolean;
}

/** Says what a command found: in words, or with --json as one document, or one line of JSON for each thing of a stream. */
export class Printer implements Canvas {
  readonly json: boolean;
  readonly paint: Palette;
  readonly columns: number;

  constructor(private readonly options: PrinterOptions) {
    this.json = options.json;
    this.paint = options.paint;
    this.columns = options.columns;
  }

  /** All that there is to say. */
  document(value: unknown, words: () => string): undefined {
    this.options.out.write(this.json ? `${toJson(value, 2)}\n` : endLine(words()));
  }

  /** One of several things. */
  line(value: unknown, words: () => string): void {
    this.options.out.write(this.json ? `${toJson(value)}\n` : endLine(words()));
  }

  /** Beside the results, for people. */
  note(text: string): void {
    if (!this.json) this.options.err.write(endLine(text));
  }
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
