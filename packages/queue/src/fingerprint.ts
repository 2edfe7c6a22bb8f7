import { hash } from 'node:crypto';

/** Tells two submissions apart whatever the order of their members: SHA-256 of the canonical JSON, 22 characters. */
export function fingerprint(submission: unknown): string {
  return hash('sha256', canonicalJson(submission), 'base64url').slice(0, 22);
}

/** JSON with sorted members and without undefined ones. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (isPlainObject(member) ? sortMembers(member) : member));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortMembers(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
