/** The page that asks for a key. No script, nothing from elsewhere. @param to the page that is shown then */
export function loginPage(to: string, problem?: string): string {
  return page(
    'Sign in',
    `<form method="post" action="/ui/login">
  <h1>Task scheduler</h1>
  ${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
  <input type="hidden" name="to" value="${to}">
  <label for="key">API key with the scope ops:read</label>
  <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
  <button>Sign in</button>
</form>`,
  );
}

/** The page that ends a session, by a form: a link would be followed by whatever shows it. */
export function logoutPage(keyId: string): string {
  return page(
    'Sign out',
    `<form method="post" action="/ui/logout">
  <h1>Task scheduler</h1>
  <p>Signed in with the key “${keyId}”.</p>
  <button autofocus>Sign out</button>
  <a href="/ui">Back</a>
</form>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Task scheduler</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 100vh; margin: 0 }
  form { display: grid; gap: .75rem; width: min(22rem, 90vw) }
  h1 { font-size: 1.25rem; margin: 0 }
  p { margin: 0 }
  input, button { font: inherit; padding: .5rem .75rem }
  [role=alert] { color: #c62828 }
</style>
</head>
<body>
${body}
</body>
</html>
`;
}
