import type { Command } from 'commander';

const EXAMPLES = new WeakMap<Command, readonly string[]>();

/** Every command shows some; a test reads them as a shell would. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
  EXAMPLES.set(command, examples);
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

export function examplesOf(command: Command): readonly string[] {
  return EXAMPLES.get(command) ?? [];
}

export const EXIT_CODES = `
Exit codes:
  0    done
  1    the job, operation or change did not succeed
  2    the command line, or what it asks for, is wrong
  3    not found
  4    no API key, a wrong one, or one without the scope
  5    no answer, or not now: trying again may help
  6    not finished in the time given
  130  interrupted by Ctrl-C (143 by SIGTERM, 129 when the terminal closed)`;

export const ENVIRONMENT = `
Environment:
  DTS_URL         the gateway; http://127.0.0.1:3000 unless set
  DTS_SCALER_URL  the scaler; http://127.0.0.1:3002 unless set
  DTS_API_KEY     the API key; else, for what runs on this machine, that of its stack: $DATA_DIR/api-key, or .data/api-key
                  in this folder or one above
  NO_COLOR        set to anything: no colours; FORCE_COLOR: colours also where there is no terminal`;
