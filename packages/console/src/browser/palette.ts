const SERIES = 4;

/** The colours of the page, which follow the browser's light or dark. */
export function colour(name: string): string {
  // `light-dark()` is resolved only where it is used.
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The same for the same thing everywhere: by its place among those that there are. */
export function seriesColour(index: number): string {
  return `series-${(index % SERIES) + 1}`;
}
