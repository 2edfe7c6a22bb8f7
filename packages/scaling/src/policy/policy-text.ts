import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
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

/** Of the key, or the item of a list, that the path ends with; of the closest before it that stands in the text. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const place = placeOf(document.getIn(path.slice(0, length - 1), true), path[length - 1]);
    if (isNode(place) && place.range) return place.range[0];
  }
  return 0;
}

function placeOf(parent: unknown, key: PropertyKey | undefined): unknown {
  if (isSeq(parent)) return parent.items[Number(key)];
  return isMap(parent) ? parent.items.map((pair) => pair.key).find((found) => isScalar(found) && String(found.value) === key) : undefined;
}
