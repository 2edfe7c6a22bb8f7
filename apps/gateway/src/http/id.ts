import { ApiParam } from '@nestjs/swagger';

/** The id of a job, a flow or an operation in a path. Those of schedules are their owners' to choose. */
export const ApiId = () => ApiParam({ name: 'id', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$' } });
