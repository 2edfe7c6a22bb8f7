/**
 * The text of a body as it comes, until that ends, breaks off, is silent for `silenceMs` or the signal aborts. However it ends,
 * also when nobody reads on, the connection is given up.
 */
export async function* readText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
  signal?: AbortSignal,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  const hangUp = () => void reader.cancel().catch(() => {});
  signal?.addEventListener('abort', hangUp, { once: true });
  try {
    for (;;) {
      const bytes = await readPiece(reader, silenceMs, hangUp);
      if (!bytes) return;
      yield decoder.decode(bytes, { stream: true });
    }
  } finally {
    signal?.removeEventListener('abort', hangUp);
    hangUp();
  }
}

async function readPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
  hangUp: () => void,
): Promise<Uint8Array | undefined> {
  const timer = setTimeout(hangUp, silenceMs);
  try {
    return (await reader.read()).value;
  } catch {
    return undefined; // the connection is lost
  } finally {
    clearTimeout(timer);
  }
}
