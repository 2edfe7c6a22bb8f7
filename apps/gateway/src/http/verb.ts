/** `{id}:verb`. A parameter would swallow the rest of its segment, so it is told where to end; Swagger drops that part. */
export const verb = (name: string, parameter = 'id') => `:${parameter}(^[^:]+)::${name}`;
