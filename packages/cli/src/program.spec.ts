import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { examplesOf } from './help.js';
import { createProgram } from './program.js';

/** Runs nothing: only whether a command line is understood is looked at. */
const build = () => createProgram({ out: process.stdout, err: process.stderr, env: {} }, () => async () => {}, { json: true, color: true });

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** The words of one example as a shell would see them, up to a pipe; of a pipe, what goes to dts. */
function wordsOf(example: string): string[] {
  const part = example.split(' | ').find((piece) => piece.startsWith('dts ')) ?? '';
  return [...part.matchAll(/'([^']*)'|"([^"]*)"|[^\s'"]+/g)].map(([word, single, double]) => single ?? double ?? word);
}

describe('the command line', () => {
  const commands = allCommands(build());

  it.each(commands.map((command) => [fullName(command), command] as const))(
    '%s has a description and examples of its own',
    (name, command) => {
      expect(command.description()).toMatch(/\.$/);
      expect(examplesOf(command).length).toBeGreaterThan(0);
      if (name !== 'dts') expect(examplesOf(command).every((example) => example.includes(name))).toBe(true);
    },
  );

  it.each(commands.flatMap(examplesOf))('understands: %s', async (example) => {
    const [program, ...words] = wordsOf(example);
    expect(program).toBe('dts');
    await build().parseAsync(words, { from: 'user' });
  });

  it.each([
    ['an option that is not there', ['list', '--quue', 'io'], "unknown option '--quue'\n(Did you mean --queue?)"],
    ['a command that is not there', ['sumbit'], "unknown command 'sumbit'\n(Did you mean submit?)"],
    ['too many arguments', ['get', 'a', 'b'], 'too many arguments'],
    [
      'two ways to say when',
      ['submit', 'x', '--delay', '1s', '--run-at', '1h'],
      "'--delay <duration>' cannot be used with option '--run-at <time>'",
    ],
    ['a key, without repeating it', ['get', 'x', '--api-key=secret'], 'A key is no option, because'],
    ['a key that can not be sent', ['submit', 'x', '--idempotency-key', 'a b'], 'visible ASCII'],
    ['looks that never end', ['top', '--interval', '30d'], 'It must be from 100ms to 1h.'],
    ['a number that is none', ['list', '--limit', 'few'], 'It must be a whole number'],
  ])('refuses %s', async (_what, words, message) => {
    await expect(build().parseAsync(words, { from: 'user' })).rejects.toThrow(message);
  });
});

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}
