/** A URL as it may be shown and logged: credentials and the query, where tokens and signatures are, left out. */
export function redactUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`;
}
