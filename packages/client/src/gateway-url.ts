/** @returns what paths are added to. @throws TypeError, which quotes what was given unless there may be a password in it */
export function toBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '') {
    return (url.origin + url.pathname).replace(/\/+$/, '');
  }
  const given = text.includes('@') ? 'what was given' : `"${text}"`;
  throw new TypeError(`${given} is not the URL of a gateway, such as http://127.0.0.1:3000`);
}
