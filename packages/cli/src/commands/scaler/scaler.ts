import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import type { Run } from '../run.js';
import { addDecisions } from './decisions.js';
import { addPin, addUnpin } from './pin.js';
import { addSimulate } from './simulate.js';
import { addStatus } from './status.js';

export function addScaler(parent: Command, run: Run): void {
  const group = parent
    .command('scaler')
    .helpCommand(false)
    .summary('shows how many workers there should be and why, pins them, simulates')
    .description('Shows how many workers there should be and why, pins their number, and simulates policies.')
    .addOption(new Option('--scaler-url <url>', 'the scaler (DTS_SCALER_URL)'));
  for (const add of [addStatus, addDecisions, addPin, addUnpin, addSimulate]) add(group, run);
  addExamples(group, 'dts scaler status', 'dts scaler pin io 4 --for 10m', 'dts scaler simulate --load burst --out simulated');
}
