/** The page that asks for a key. No script, nothing from elsewhere. */
export function loginPage(problem?: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in · Task scheduler</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 100vh; margin: 0 }
  form { display: grid; gap: .75rem; width: min(22rem, 90vw) }
  h1 { font-size: 1.25rem; margin: 0 }
  input, button { font: inherit; padding: .5rem .75rem }
  [role=alert] { color: #c62828; margin: 0 }
</style>
</head>
<body>
<form method="post" action="/ui/login">
  <h1>Task scheduler</h1>
  ${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
  <label for="key">API key with the scope ops:read</label>
  <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
  <button>Sign in</button>
</form>
</body>
</html>
`;
}
