import type { Command } from 'commander';
import type { Session } from '../process/session.js';

/** What a command does, given its arguments and options; it ends with 0 unless it says otherwise. */
export type Body<Args extends unknown[]> = (session: Session, ...args: Args) => Promise<number | undefined>;

/** Makes an action of it, as Commander calls it: arguments, options, and the command itself. */
export type Run = <Args extends unknown[]>(body: Body<Args>) => (...given: [...args: Args, command: Command]) => Promise<void>;

/** Adds a command, or a group of them, to its parent. */
export type AddCommand = (parent: Command, run: Run) => void;
