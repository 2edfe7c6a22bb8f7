import { emitKeypressEvents, type Key } from 'node:readline';

/** Single keys of a terminal, without Enter; nothing where there is none. */
export class Keys implements Disposable {
  readonly #listen: (text: string | undefined, key: Key) => void;

  /** @param onKey gets names such as `q`, `space`, `up`, `ctrl-c` */
  constructor(
    private readonly input: NodeJS.ReadStream,
    onKey: (name: string) => void,
  ) {
    this.#listen = (_text, key) => onKey(key.ctrl ? `ctrl-${key.name}` : (key.name ?? ''));
    if (!input.isTTY) return;
    emitKeypressEvents(input);
    input.setRawMode(true);
    input.on('keypress', this.#listen);
    input.resume();
  }

  [Symbol.dispose](): void {
    if (!this.input.isTTY) return;
    this.input.off('keypress', this.#listen);
    this.input.setRawMode(false);
    this.input.pause();
  }
}
