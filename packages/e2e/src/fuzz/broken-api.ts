import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const DESCRIPTION = {
  openapi: '3.1.0',
  info: { title: 'Broken', version: '1' },
  paths: {
    '/v1/things/{id}': {
      get: {
        operationId: 'getThing',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }],
        responses: { 200: { description: 'A thing', content: { 'application/json': { schema: { type: 'object', required: ['id'] } } } } },
      },
    },
  },
};

/** An API that does not answer as it says: whatever is asked for is no thing. For the control. */
export async function startBrokenApi(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(({ url }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(url === '/openapi.json' ? DESCRIPTION : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
