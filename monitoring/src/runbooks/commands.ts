import { readdirSync, readFileSync } from 'node:fs';
import { inMonitoring } from '../paths.js';

/** Every command line of dts that runbooks name, once. */
export function dtsCommands(): string[] {
  const texts = readdirSync(inMonitoring('runbooks')).map((file) => readFileSync(inMonitoring(`runbooks/${file}`), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(/(?:^|`)dts ([^`\n#]+)/gm)].map(([, command = '']) => command.trim()));
  return [...new Set(found)].sort();
}
