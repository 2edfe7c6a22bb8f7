/** A program of the stack, and what its supervisor must know about it. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Opens an IPC channel, whose end tells the program that its supervisor died. */
  readonly ipc: boolean;
  /** What it still waits for; undefined when it is ready. Never rejects. */
  readonly probe: () => Promise<string | undefined>;
  /** Milliseconds from its start to its first readiness. */
  readonly readyWithin: number;
  /** Crashes before its first readiness after which it is given up. Later it is restarted for ever. */
  readonly bootCrashes: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly stopGrace: number;
  /** What a person must mend before another start makes sense, read from its last lines. */
  readonly diagnose?: (lines: readonly string[]) => string | undefined;
  readonly onSpawn?: (pid: number) => void;
  /** For what it says through the IPC channel. */
  readonly onMessage?: (message: unknown, reply: (answer: object) => void) => void;
}
