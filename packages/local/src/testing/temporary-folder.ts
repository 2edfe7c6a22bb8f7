import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder, deleted when the block that uses it ends. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'dts-local-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
