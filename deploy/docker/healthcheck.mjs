/** Ends with 0 when the app of this container answers 200: `node healthcheck.mjs [path]`, `/healthz` unless given. */
const PORTS = { gateway: 3000, worker: 3001, scaler: 3002 };
const { APP, PORT = PORTS[APP] } = process.env;
const [path = '/healthz'] = process.argv.slice(2);

const response = await fetch(`http://127.0.0.1:${PORT}${path}`);
console.log(response.status, await response.text());
process.exitCode = response.ok ? 0 : 1;
