import type { Palette } from '../output/palette.js';
import type { TopCanvas } from './view.js';

/** Alternate screen, no cursor, no wrapped lines; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';

/** The whole terminal, which is given back as it was, however the process ends. */
export class Screen implements Disposable {
  #shown: readonly string[] = [];
  readonly #leave = () => this.#out.write(LEAVE);
  readonly #out: NodeJS.WriteStream;
  readonly #onResize: () => void;

  /** @param onResize draw again */
  constructor(
    out: NodeJS.WriteStream,
    private readonly paint: Palette,
    onResize: () => void,
  ) {
    this.#out = out;
    this.#onResize = () => {
      this.#shown = [];
      out.write('\x1b[2J');
      onResize();
    };
    out.write(ENTER);
    out.on('resize', this.#onResize);
    process.once('exit', this.#leave);
  }

  get canvas(): TopCanvas {
    return { paint: this.paint, columns: this.#out.columns || 80, rows: this.#out.rows || 24 };
  }

  /** Writes the lines that have changed, each on an erased one: erasing after it would take the last column of a full line. */
  draw(lines: readonly string[]): void {
    const changes = lines.flatMap((line, row) => (line === this.#shown[row] ? [] : [`\x1b[${row + 1};1H\x1b[0m\x1b[2K${line}\x1b[0m`]));
    this.#shown = lines;
    if (changes.length > 0) this.#out.write(changes.join(''));
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#leave);
    this.#out.off('resize', this.#onResize);
    this.#leave();
  }
}
