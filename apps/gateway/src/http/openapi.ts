import { applyDecorators, type INestApplication } from '@nestjs/common';
import { ApiResponse, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { component, componentSchemas, ref } from './components.js';
import { addLinks } from './links.js';
import { PROBLEMS, type ProblemCode } from './problem-catalogue.js';

export const PROBLEM_EXAMPLE = {
  type: '/problems/invalid-request',
  title: PROBLEMS['invalid-request'].title,
  status: 422,
  detail: 'The payload does not fit email.send.',
  code: 'invalid-request',
  errors: [{ pointer: '/payload/subject', detail: 'Invalid input: expected string, received number' }],
  requestId: '712a3f8e-c9c2-49ba-abac-ee8788c4c9b2',
};

/** What every error is answered with. */
export const problem = component(
  'Problem',
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      code: z.enum(Object.keys(PROBLEMS) as [ProblemCode]),
      errors: z.array(z.object({ pointer: z.string().optional(), parameter: z.string().optional(), detail: z.string() })).optional(),
      jobId: z.string().optional(),
      requestId: z.string(),
    })
    .meta({ examples: [PROBLEM_EXAMPLE] }),
);

const DESCRIPTION = `Submit jobs, watch them, operate the queues.

Each route needs the scope that stands beside it. Where the requests of a key are limited, every answer tells how many are left
(\`RateLimit\`, \`RateLimit-Policy\`), and 429 \`rate-limited\` when to come back (\`Retry-After\`).

Every error is a problem (RFC 9457) with a stable \`code\`. All codes:

| code | status | title | what to do |
|---|---|---|---|
${Object.entries(PROBLEMS)
  .map(([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`)
  .join('\n')}`;

/** What may help another time says when. */
const LATER: ReadonlySet<number> = new Set([429, 503]);
const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' as const, minimum: 1 } } };

/** Documents the problems that a route may answer with, beside those of a request that cannot be read, does not fit, or is one too many. */
export function ApiProblems(...statuses: number[]) {
  const all = [...new Set([400, ...statuses, 422, 429])];
  return applyDecorators(...all.map((status) => ApiResponse({ status, ...answerOf(status) })));
}

function answerOf(status: number) {
  const content = { 'application/problem+json': { schema: ref(problem) } };
  return { description: codesOf(status), content, ...(LATER.has(status) && { headers: RETRY_AFTER }) };
}

function codesOf(status: number): string {
  return Object.entries(PROBLEMS)
    .filter(([, entry]) => entry.status === status)
    .map(([code]) => code)
    .join(', ');
}

/** Describes the API and serves the description, with pages to read and try it. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, createDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Task scheduler API',
  });
}

function createDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Distributed Task Scheduler')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addServer('/')
    .addTag('jobs', 'Submit jobs and watch them')
    .addTag('flows', 'Trees of jobs, each of which runs when its children have ended')
    .addTag('dead-letters', 'Jobs that have failed for good: list them, let them start anew or remove them, and follow that')
    .addTag('schedules', 'Submit jobs again and again, by a pattern or at an interval')
    .addTag('operations', 'Watch and steer queues and workers, and see who did')
    .addTag('leases', 'Run jobs in a worker of any language')
    .addTag('tenants', 'What a tenant may have of the queues')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' })
    .build();
  const document = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  // The rest (health, metrics) is for those who operate this process, not for those who call it.
  const paths = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, item]) =>
      path.startsWith('/v1/') ? [[path, withMethods(path, withScopes(item))]] : [],
    ),
  );
  addLinks(paths);
  return {
    ...document,
    paths,
    info: { ...document.info, license: { name: 'MIT', identifier: 'MIT' } as { name: string } },
    components: { ...document.components, schemas: componentSchemas() },
  };
}

/** In words, too: pages that show a description leave the scopes of its routes out. */
function withScopes(item: OpenAPIObject['paths'][string]): OpenAPIObject['paths'][string] {
  for (const operation of [item.get, item.put, item.post, item.delete]) {
    if (!operation) continue;
    const scopes = operation.security?.flatMap((requirement) => Object.values(requirement).flat()) ?? [];
    operation.description = [operation.description, `Needs the scope \`${scopes.join(', ')}\`.`].filter(Boolean).join('\n\n');
  }
  return item;
}

/** What has a colon within, and is no id, is taken for another path, which may not take the method. */
function withMethods(path: string, item: OpenAPIObject['paths'][string]): OpenAPIObject['paths'][string] {
  if (item.post && path.includes('}:')) item.post.responses['405'] = answerOf(405);
  return item;
}
