import { Argument, type Command } from 'commander';
import { SCRIPTS, SHELLS, type Shell } from '../completion/scripts.js';
import { addExamples } from '../help.js';
import type { Run } from './run.js';

export function addCompletion(parent: Command, run: Run): void {
  const command = parent
    .command('completion')
    .summary('lets a shell complete command lines')
    .description('Prints what teaches a shell to complete commands, options, job types, queues and fields with Tab.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action(
      run(async ({ world }, shell: Shell) => {
        world.out.write(SCRIPTS[shell]);
      }),
    );
  addExamples(command, 'dts completion bash', 'dts completion zsh', 'dts completion fish');
  command.addHelpText(
    'after',
    '\nTo have it in every shell:\n' +
      "  bash  echo 'source <(dts completion bash)' >> ~/.bashrc\n" +
      "  zsh   echo 'source <(dts completion zsh)' >> ~/.zshrc   (after compinit)\n" +
      '  fish  dts completion fish > ~/.config/fish/completions/dts.fish',
  );
}
