import type { Command, Option } from 'commander';
import type { Lookup, Suggestion } from './lookup.js';

/** Where the cursor stands. */
interface Position {
  readonly command: Command;
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly pending?: Option;
}

/**
 * What may stand where the last word is; nothing where the shell should offer files.
 * @param words after the program's name, up to the cursor
 */
export async function suggest(program: Command, words: readonly string[], lookup: Lookup): Promise<readonly Suggestion[]> {
  const joined = dropEquals(words);
  const last = joined.at(-1) ?? '';
  const position = follow(program, joined.slice(0, -1));
  const [flag] = /^--[\w-]+=/.exec(last) ?? [];
  if (flag) return prefixed(flag, await valuesOf(findOption(position.command, flag.slice(0, -1)), lookup), last);
  return startingWith(last, await candidates(position, last, lookup));
}

async function candidates({ command, operands, pending }: Position, last: string, lookup: Lookup): Promise<readonly Suggestion[]> {
  if (pending) return valuesOf(pending, lookup);
  if (last.startsWith('-'))
    return optionsOf(command).map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));
  if (command.commands.length > 0) {
    if (operands.length > 0) return [];
    return command
      .createHelp()
      .visibleCommands(command)
      .map((sub) => ({ value: sub.name(), about: sub.description() }));
  }
  const known = command.registeredArguments;
  const argument = known[operands.length] ?? (known.at(-1)?.variadic ? known.at(-1) : undefined);
  return argument ? (argument.argChoices?.map((value) => ({ value })) ?? lookup(argument.name(), operands)) : [];
}

/** bash hands over `--option=value` as three words. */
function dropEquals(words: readonly string[]): string[] {
  const isSeparator = (index: number) => words[index] === '=' && words[index - 1]?.startsWith('--');
  return words.flatMap((word, index) => (isSeparator(index) ? (index === words.length - 1 ? [''] : []) : [word]));
}

function follow(program: Command, words: readonly string[]): Position {
  let command = program;
  let pending: Option | undefined;
  const operands: string[] = [];
  for (const word of words) {
    if (pending) pending = undefined;
    else if (word.startsWith('-')) {
      const option = word.includes('=') ? undefined : findOption(command, word);
      pending = option?.required || option?.optional ? option : undefined;
    } else {
      const sub = command.commands.find((other) => other.name() === word || other.aliases().includes(word));
      if (sub) command = sub;
      else operands.push(word);
    }
  }
  return { command, operands, pending };
}

function findOption(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => long === flag || short === flag);
}

/** Its own, and those of the commands that it belongs to. */
function optionsOf(command: Command | null): readonly Option[] {
  if (!command) return [];
  return [
    ...command.createHelp().visibleOptions(command),
    ...optionsOf(command.parent).filter(({ long }) => long !== '--help' && long !== '--version'),
  ];
}

async function valuesOf(option: Option | undefined, lookup: Lookup): Promise<readonly Suggestion[]> {
  if (option?.argChoices) return option.argChoices.map((value) => ({ value }));
  return lookup(/<(.+?)>/.exec(option?.flags ?? '')?.[1] ?? '', []);
}

function prefixed(prefix: string, suggestions: readonly Suggestion[], last: string): readonly Suggestion[] {
  return startingWith(
    last,
    suggestions.map(({ value, about }) => ({ value: prefix + value, about })),
  );
}

function startingWith(start: string, suggestions: readonly Suggestion[]): readonly Suggestion[] {
  return suggestions.filter(({ value }) => value.startsWith(start));
}
