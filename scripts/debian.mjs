import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { runChild } from './child.mjs';
import { Problem } from './problem.mjs';
import { tail } from './tail.mjs';

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_ASIDE = `${POLICY}.before-dts`;

export function canAptInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version');
}

/**
 * Installs one package without starting the service it may bring: the stack runs its own.
 * @throws Problem with the end of apt's output.
 */
export async function aptInstall(name) {
  const install = ['install', '-y', '--no-install-recommends', name];
  await withoutServiceStart(async () => {
    if ((await apt(install)).code === 0) return;
    // The usual reason is a machine whose package lists are missing or old.
    await apt(['update']);
    const { code, output } = await apt(install);
    if (code !== 0) throw new Problem(`${tail(output)}\nInstalling ${name} failed (apt-get ${install.join(' ')} ended with code ${code}).`);
  });
  if (existsSync('/run/systemd/system')) await runChild('systemctl', ['disable', '--quiet', name], { env: process.env, quiet: true });
}

async function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = await runChild('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], { env, quiet: true });
  if (result.stopped) throw new Problem('Stopped while installing packages.');
  return result;
}

/** Debian asks this file before it starts a package's service; 101 means no. */
async function withoutServiceStart(work) {
  if (existsSync(POLICY) && !existsSync(POLICY_ASIDE)) renameSync(POLICY, POLICY_ASIDE);
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (existsSync(POLICY_ASIDE)) renameSync(POLICY_ASIDE, POLICY);
    else rmSync(POLICY, { force: true });
  }
}
