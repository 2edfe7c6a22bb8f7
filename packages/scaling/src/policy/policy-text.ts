import { type Document, LineCounter, parseDocument } from 'yaml';
import { PolicyError } from './policy-error.js';

/** A policy file as data, and where in the text its parts stand. */
export interface PolicyText {
  readonly data: unknown;
  /** From 1: the line of what the keys lead to, or of the closest to it that there is. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** @throws PolicyError with every place that is no YAML */
export function readText(text: string): PolicyText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    const problems = wrong.map(({ pos, message }) => ({ path: '', line: lines.linePos(pos[0]).line, message: `is no YAML: ${message}` }));
    throw new PolicyError(problems);
  }
  return { data: toData(document), lineOf: (path) => lines.linePos(offsetOf(document, path)).line };
}

function toData(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // More aliases than any policy has: those of a "billion laughs" file.
    throw new PolicyError([{ path: '', line: undefined, message: `cannot be read: ${(error as Error).message}` }]);
  }
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] | null } | undefined;
    if (node?.range?.[0] !== undefined) return node.range[0];
  }
  return 0;
}
