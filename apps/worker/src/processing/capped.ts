const OTHER = 'other';

/** Lets so many different values of a label through as they are; all that come later are one. */
export class Capped {
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  of(value: string): string {
    if (this.known.has(value)) return value;
    if (this.known.size >= this.most) return OTHER;
    this.known.add(value);
    return value;
  }
}
