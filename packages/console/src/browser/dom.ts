type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
type Child = Node | string;

/** An element with text and elements in it. What comes from elsewhere is text, and never read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** @throws Error when the page has no such element */
export function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Brings rows up to date by their keys: one that is there keeps its place for whoever has the focus in it. */
export function showRows<Item>(
  body: HTMLElement,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  toRow: (item: Item) => HTMLElement,
): void {
  const before = new Map([...body.children].map((row) => [row.getAttribute('data-key') ?? '', row]));
  const after = items.map((item) => {
    const [key, fresh] = [keyOf(item), toRow(item)];
    fresh.setAttribute('data-key', key);
    const known = before.get(key);
    if (!known || known.contains(document.activeElement)) return known ?? fresh;
    if (known.isEqualNode(fresh)) return known;
    return fresh;
  });
  const isSame = after.length === body.children.length && after.every((row, index) => row === body.children[index]);
  if (!isSame) body.replaceChildren(...after);
}

/** A cell; its label stands before it where there is no room for a table. */
export function cell(label: string, ...children: readonly Child[]): HTMLTableCellElement {
  return element('td', { 'data-label': label }, element('span', {}, ...children));
}
