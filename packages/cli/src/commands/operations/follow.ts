import type { Operation } from '@dts/client';
import { EXIT, type ExitCode } from '../../failure/exit-code.js';
import { printable } from '../../output/printable.js';
import { ProgressBar } from '../../output/progress-bar.js';
import type { Session } from '../../process/session.js';
import { operationDetails, operationProgress } from '../../views/operation.view.js';

/** Follows an operation to its end, and shows it. Leaving earlier changes nothing: a gateway carries it out. */
export async function follow(session: Session, id: string): Promise<ExitCode> {
  const { signal, printer } = session;
  try {
    const ended = await untilEnded(session, id);
    printer.document(ended, () => operationDetails(ended, printer.paint));
    return ended.state === 'completed' && ended.failed === 0 ? EXIT.ok : EXIT.unsuccessful;
  } catch (error) {
    const name = printable(id);
    if (signal.aborted) printer.note(`It goes on without you: dts operations watch ${name}, or dts operations cancel ${name}.`);
    throw error;
  }
}

async function untilEnded({ client, call, printer, world }: Session, id: string): Promise<Operation> {
  using bar = new ProgressBar(world.err, printer.json);
  const onUpdate = (operation: Operation) => bar.update(operationProgress(operation));
  return await client.operations.waitFor(id, { ...call, timeoutMs: Number.POSITIVE_INFINITY, onUpdate });
}
