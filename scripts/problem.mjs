/** Something the caller can mend: shown as it is, without a stack trace. */
export class Problem extends Error {}
