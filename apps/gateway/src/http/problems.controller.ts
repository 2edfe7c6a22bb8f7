import { Controller, Get, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Problem } from './problem.js';
import { PROBLEMS, type ProblemCode } from './problem-catalogue.js';

/** Where the `type` of a problem leads. */
@ApiExcludeController()
@Controller('problems')
export class ProblemsController {
  @Get()
  list() {
    return {
      items: Object.entries(PROBLEMS).map(([code, problem]) => ({ code, type: `/problems/${code}`, ...problem })),
      nextCursor: null,
    };
  }

  @Get(':code')
  get(@Param('code') code: string) {
    if (!Object.hasOwn(PROBLEMS, code)) throw new Problem('not-found', 'There is no such problem code; /problems lists them.');
    return { code, type: `/problems/${code}`, ...PROBLEMS[code as ProblemCode] };
  }
}
