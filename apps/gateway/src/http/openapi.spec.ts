import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from '../fixtures/gateway.js';

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: string[];
  readonly security?: { readonly bearer?: string[] }[];
  readonly requestBody?: Json;
  readonly responses: Json;
}
interface Description extends Json {
  readonly paths: Record<string, Record<string, Operation>>;
}

let gateway: Gateway;
let description: Description;

beforeAll(async () => {
  gateway = await startGateway();
  description = (await gateway.call('GET', '/openapi.json')).body;
});
afterAll(() => gateway[Symbol.asyncDispose]());

const operations = () =>
  Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
  );

/** Every value of a member, however deep. */
function valuesOf(value: unknown, member: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [...(name === member ? [child] : []), ...valuesOf(child, member)]);
}

function resolve(ref: string): unknown {
  const parts = ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce<unknown>((value, part) => (value as Json | undefined)?.[part], description);
}

describe('/openapi.json', () => {
  it('is OpenAPI 3.1, served without a key', () => {
    expect(description).toMatchObject({ openapi: '3.1.0', info: { title: 'Distributed Task Scheduler', license: { identifier: 'MIT' } } });
  });

  it('tells the API and nothing else, each operation with what a caller needs', () => {
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'delete /v1/flows/{id}',
      'delete /v1/jobs/{id}',
      'delete /v1/schedules/{id}',
      'delete /v1/tenants/{tenant}/limits',
      'get /v1/audit',
      'get /v1/dead-letters',
      'get /v1/flows',
      'get /v1/flows/{id}',
      'get /v1/job-types',
      'get /v1/jobs',
      'get /v1/jobs/{id}',
      'get /v1/jobs/{id}/events',
      'get /v1/jobs/{id}/logs',
      'get /v1/leases/{leaseToken}/children',
      'get /v1/operations',
      'get /v1/operations/{id}',
      'get /v1/queues',
      'get /v1/queues/{name}',
      'get /v1/schedules',
      'get /v1/schedules/{id}',
      'get /v1/tenants/{tenant}/limits',
      'get /v1/workers',
      'post /v1/dead-letters:purge',
      'post /v1/dead-letters:redrive',
      'post /v1/flows',
      'post /v1/jobs',
      'post /v1/jobs/{id}:promote',
      'post /v1/jobs/{id}:retry',
      'post /v1/jobs:batch',
      'post /v1/leases',
      'post /v1/leases/{leaseToken}:complete',
      'post /v1/leases/{leaseToken}:fail',
      'post /v1/leases/{leaseToken}:heartbeat',
      'post /v1/leases/{leaseToken}:log',
      'post /v1/leases/{leaseToken}:progress',
      'post /v1/leases/{leaseToken}:release',
      'post /v1/leases/{leaseToken}:submit',
      'post /v1/leases:complete',
      'post /v1/leases:heartbeat',
      'post /v1/operations/{id}:cancel',
      'post /v1/queues/{name}:pause',
      'post /v1/queues/{name}:resume',
      'post /v1/schedules/{id}:pause',
      'post /v1/schedules/{id}:resume',
      'post /v1/schedules/{id}:trigger',
      'put /v1/queues/{name}/limits',
      'put /v1/schedules/{id}',
      'put /v1/tenants/{tenant}/limits',
    ]);
    for (const { path, summary, description, operationId, tags, security, responses } of operations()) {
      expect({ path, summary, operationId, tags, security }).toMatchObject({
        summary: expect.any(String),
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/),
        tags: [expect.stringMatching(/^(jobs|flows|dead-letters|schedules|leases|tenants|operations)$/)],
      });
      // The one scope that opens it, for programs and in words.
      expect({ path, security }).toEqual({ path, security: [{ bearer: [expect.stringMatching(/^[a-z]+:[a-z]+$/)] }] });
      expect(description).toMatch(new RegExp(`Needs the scope \`${security?.[0]?.bearer?.[0]}\`\\.$`));
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429']));
    }
  });

  it('says of what it answers what can be done with it next', () => {
    const linksOf = (path: string, method: string, status: string) =>
      (description.paths[path]?.[method]?.responses[status] as { links?: Record<string, unknown> } | undefined)?.links ?? {};
    const submitted = linksOf('/v1/jobs', 'post', '201');
    expect(submitted.getJob).toEqual({ operationId: 'getJob', parameters: { id: '$response.body#/id' } });
    expect(Object.keys(submitted)).toEqual(expect.arrayContaining(['cancelJob']));
    expect(Object.keys(linksOf('/v1/schedules/{id}', 'put', '201'))).toEqual(expect.arrayContaining(['getSchedule', 'pauseSchedule']));
    expect(linksOf('/v1/job-types', 'get', '200')).toEqual({});
    const known = operations().map(({ operationId }) => operationId);
    for (const links of valuesOf(description.paths, 'links')) expect(known).toEqual(expect.arrayContaining(Object.keys(links as object)));
  });

  it('refers only to what is there', () => {
    const refs = valuesOf(description, '$ref').map(String);
    expect(refs).toContain('#/components/schemas/SubmitJobInput');
    for (const ref of refs) expect({ ref, found: typeof resolve(ref) }).toEqual({ ref, found: 'object' });
  });

  it('shows what everything that is sent and answered looks like', () => {
    interface Content {
      readonly schema?: { readonly $ref?: string };
      readonly example?: unknown;
      readonly examples?: unknown;
    }
    interface Schema {
      readonly examples?: unknown[];
      readonly properties?: { readonly items?: { readonly items: { readonly $ref: string } } };
    }
    /** Of its own, of its schema, or, for a list, of what is listed. */
    const isShown = ({ schema, example, examples }: Content): boolean => {
      const own = schemaOf(schema?.$ref);
      const listed = schemaOf(own.properties?.items?.items.$ref);
      return [example, examples, own.examples, listed.examples].some((found) => found !== undefined);
    };
    const schemaOf = (ref: string | undefined) => (ref === undefined ? {} : resolve(ref)) as Schema;
    for (const { path, method, requestBody, responses } of operations()) {
      const contents = { sent: requestBody, ...responses } as Record<string, { content?: Record<string, Content> } | undefined>;
      for (const [what, told] of Object.entries(contents)) {
        for (const [type, content] of Object.entries(told?.content ?? {})) {
          expect({ path, method, what, type, isShown: isShown(content) }).toEqual({ path, method, what, type, isShown: true });
        }
      }
    }
  });

  it('describes a submission by job type, with what may be left out left out', () => {
    const { properties, required } = resolve('#/components/schemas/http.request.Input') as { properties: Json; required: string[] };
    expect(required).toEqual(['name', 'payload']);
    expect(properties.name).toMatchObject({ const: 'http.request' });
    expect(properties.payload).toMatchObject({ required: ['url'], additionalProperties: false });
  });

  it('lists every problem code', async () => {
    const { body } = await gateway.call('GET', '/problems');
    const codes: string[] = body.items.map(({ code }: { code: string }) => code);
    expect(resolve('#/components/schemas/Problem/properties/code')).toMatchObject({ enum: codes });
  });
});

describe('/docs', () => {
  it('is a page whose every part comes from here', async () => {
    const page = await gateway.call('GET', '/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      const url = new URL(part, `${gateway.url}/docs`);
      expect(url.origin).toBe(gateway.url);
      const { status, text, headers } = await gateway.call('GET', url.pathname);
      expect({ part, status }).toEqual({ part, status: 200 });
      if (headers.get('content-type')?.includes('css')) expect(text).not.toMatch(/(?:@import|url\()\s*["']?https?:/);
    }
  });
});
