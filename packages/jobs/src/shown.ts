import { HIDDEN } from './hidden.js';

/** Characters of one text, and of one job altogether: what is cut off is in the API. */
const LONGEST_TEXT = 2_000;
const MOST_CHARACTERS = 20_000;
const DEEPEST = 12;
/** What a number, a name or a bracket counts for. */
const CHARACTERS_EACH = 8;

/** Members, and parameters of a URL, that mostly hold secrets. */
const SECRET_NAME = /authorization|cookie|passw|passphrase|secret|token|api[-_]?key|private[-_]?key|credential|signature/i;
const SECRET_IN_URL = /([?&](?:key|sig|[^=&\s]*(?:secret|token|api[-_]?key|credential|signature|passw)[^=&\s]*)=)[^&\s"]+/gi;
const USER_IN_URL = /(\w:\/\/)[^/?#@\s"]*@/g;

interface Budget {
  left: number;
}

/**
 * What a person is shown of what a caller has sent, or a handler has answered: whatever it is, it is short, and what looks
 * like a secret is not in it.
 * @param characters altogether, about
 */
export function toShown(value: unknown, characters = MOST_CHARACTERS): unknown {
  return show(value, { left: characters }, 0);
}

function show(value: unknown, budget: Budget, depth: number): unknown {
  budget.left -= CHARACTERS_EACH;
  if (typeof value === 'string') return showText(value, budget);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '… (deeper)';
  return Array.isArray(value) ? showList(value, budget, depth) : Object.fromEntries(showMembers(Object.entries(value), budget, depth));
}

function showText(text: string, budget: Budget): string {
  const kept = text.slice(0, Math.max(0, Math.min(LONGEST_TEXT, budget.left)));
  budget.left -= kept.length;
  const shown = kept.replace(USER_IN_URL, `$1${HIDDEN}@`).replace(SECRET_IN_URL, `$1${HIDDEN}`);
  return kept.length < text.length ? `${shown}… (${text.length - kept.length} more characters)` : shown;
}

function showList(list: readonly unknown[], budget: Budget, depth: number): unknown[] {
  const shown: unknown[] = [];
  for (const item of list) {
    if (budget.left <= 0) return [...shown, `… (${list.length - shown.length} more)`];
    shown.push(show(item, budget, depth + 1));
  }
  return shown;
}

function showMembers(members: readonly (readonly [string, unknown])[], budget: Budget, depth: number): [string, unknown][] {
  const shown: [string, unknown][] = [];
  for (const [name, value] of members) {
    if (budget.left <= 0) return [...shown, ['…', `${members.length - shown.length} more`]];
    budget.left -= name.length;
    shown.push([name, isSecret(name, value) ? HIDDEN : show(value, budget, depth + 1)]);
  }
  return shown;
}

function isSecret(name: string, value: unknown): boolean {
  return SECRET_NAME.test(name) && value !== '' && (typeof value === 'string' || (typeof value === 'object' && value !== null));
}
