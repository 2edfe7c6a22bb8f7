import type { OpenAPIObject } from '@nestjs/swagger';

type Paths = OpenAPIObject['paths'];
type Responses = NonNullable<NonNullable<Paths[string]['get']>['responses']>;
type Links = Record<string, { operationId: string; parameters: Record<string, string> }>;

const METHODS = ['get', 'put', 'post', 'delete'] as const;

/** Where what can be done with a resource is found, by the name of its schema. */
const HOMES = {
  Job: '/v1/jobs/{id}',
  Schedule: '/v1/schedules/{id}',
  Flow: '/v1/flows/{id}',
  Operation: '/v1/operations/{id}',
} as const;

/**
 * Whoever is answered with a resource learns what can be done with it next, and how its id gets there: as OpenAPI links,
 * which people see in `/docs` and programs follow.
 */
export function addLinks(paths: Paths): void {
  const byResource = new Map(Object.entries(HOMES).map(([name, home]) => [`#/components/schemas/${name}`, linksTo(home, paths)]));
  for (const responses of Object.values(paths).flatMap(responsesOf)) {
    for (const response of Object.values(responses)) {
      if (!response || !('content' in response)) continue;
      const schema = response.content?.['application/json']?.schema;
      const links = schema && '$ref' in schema ? byResource.get(schema.$ref) : undefined;
      if (links && Object.keys(links).length > 0) response.links = links;
    }
  }
}

function linksTo(home: string, paths: Paths): Links {
  const own = Object.entries(paths).filter(([path]) => path === home || path.startsWith(`${home}:`) || path.startsWith(`${home}/`));
  const ids = own.flatMap(([, item]) => METHODS.flatMap((method) => item[method]?.operationId ?? []));
  return Object.fromEntries(ids.map((operationId) => [operationId, { operationId, parameters: { id: '$response.body#/id' } }]));
}

function responsesOf(item: Paths[string]): Responses[] {
  return METHODS.map((method) => item[method]?.responses).filter((responses) => responses !== undefined);
}
