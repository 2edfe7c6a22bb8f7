import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface RawAnswer {
  readonly status: number;
  /** Lines of the head, in lower case. */
  readonly head: string;
  readonly body: string;
}

/** Bytes that no client would send, over connections that are ended whatever comes. */
export class RawHttp {
  private readonly open = new Set<Socket>();

  constructor(private readonly url: string) {}

  /** Sends them as they stand, Latin-1 for text, and reads until the server closes or `quietMs` have passed without a byte. */
  async answers(bytes: string | Uint8Array, quietMs = 1_500): Promise<RawAnswer[]> {
    const socket = await this.connect();
    socket.setTimeout(quietMs, () => socket.destroy());
    const received = collect(socket);
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return split(await received);
  }

  /** The first answer; status 0 when the connection was ended without one. */
  async answer(bytes: string | Uint8Array): Promise<RawAnswer> {
    return (await this.answers(bytes))[0] ?? { status: 0, head: '', body: '' };
  }

  /** A byte now and then, as long as the server takes them. @returns what it said, and milliseconds until it had enough */
  async drip(first: string, byte: string, everyMs: number): Promise<{ readonly answer: RawAnswer | undefined; readonly afterMs: number }> {
    const startedAt = performance.now();
    const socket = await this.connect();
    const received = collect(socket);
    let ended = false;
    void received.then(() => {
      ended = true;
    });
    socket.write(first);
    while (!ended) {
      await delay(everyMs);
      if (socket.writable) socket.write(byte);
    }
    return { answer: split(await received)[0], afterMs: performance.now() - startedAt };
  }

  async connect(): Promise<Socket> {
    const { hostname, port } = new URL(this.url);
    const socket = connect(Number(port), hostname);
    this.open.add(socket);
    socket.on('error', () => undefined).once('close', () => this.open.delete(socket));
    await once(socket, 'connect');
    return socket;
  }

  [Symbol.dispose](): void {
    for (const socket of this.open) socket.destroy();
  }
}

function collect(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

function split(text: string): RawAnswer[] {
  return text
    .split(/(?=HTTP\/1\.[01] \d{3})/)
    .filter((part) => part.startsWith('HTTP/'))
    .map((part) => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      return {
        status: Number(head.slice(9, 12)),
        head: head.toLowerCase(),
        body: Buffer.from(rest.join('\r\n\r\n'), 'latin1').toString('utf8'),
      };
    });
}
