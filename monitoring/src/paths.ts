import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** A file of this folder, by its path in it. */
export const inMonitoring = (path: string) => resolve(ROOT, path);

/** And of the checkout. */
export const inCheckout = (path: string) => resolve(ROOT, '..', path);
