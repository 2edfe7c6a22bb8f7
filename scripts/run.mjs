/**
 * What stands behind every root script: `node scripts/run.mjs <task> [arguments]`.
 * Needs nothing but Node 20 and npm. Installs and builds what is missing, then runs the task with the workspace's own Node.
 */
import { runChild } from './child.mjs';
import { nodeBinary, toolEnv } from './node-binary.mjs';
import { Problem } from './problem.mjs';
import { ensureProgram } from './system-programs.mjs';
import { tasks } from './tasks.mjs';
import { runTests } from './test-task.mjs';
import { prepareWorkspace } from './workspace.mjs';

async function run(name, args) {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!task) throw new Problem(`Unknown task "${name}". Known: ${Object.keys(tasks).join(', ')}.`);
  if (task.steps) return runSteps(task.steps, args);
  const skipped = task.skip?.(process.env);
  if (skipped) {
    console.log(skipped);
    return 0;
  }
  await prepareWorkspace({ built: task.built ?? false, rebuildArgs: task.rebuild && args });
  for (const program of task.programs?.(process.env) ?? []) await ensureProgram(program);
  return execute(task, args);
}

async function runSteps(steps, args) {
  for (const step of steps) {
    console.log(`\n== ${step}`);
    const code = await run(step, args);
    if (code !== 0) {
      console.error(`\nThe step "${step}" failed.`);
      return code;
    }
  }
  return 0;
}

async function execute(task, args) {
  if (task.rebuild) return 0;
  if (task.jest) return runTests(nodeBinary(), [...task.jest, ...args]);
  const [command, ...own] = task.node ? [nodeBinary(), ...task.node] : task.command;
  const { code } = await runChild(command, [...own, ...args], { env: toolEnv(), ipc: task.supervised });
  return code;
}

const [name = '', ...args] = process.argv.slice(2);
try {
  process.exitCode = await run(name, args);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
