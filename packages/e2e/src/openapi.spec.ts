import { startStack } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';

describe('/openapi.json', () => {
  it('passes a linter without an error or a warning', async () => {
    const stack = await startStack({ apps: [] });
    const source = await fetch(`${stack.url}/openapi.json`).then((response) => response.text());
    await stack.stop();
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source, absoluteRef: '/openapi.json', config });
    expect(
      problems.map(({ severity, ruleId, message, location }) => `${severity} ${ruleId}: ${message} at ${location[0]?.pointer}`),
    ).toEqual([]);
  });

  it('is looked at by a linter that finds what is wrong', async () => {
    const source = JSON.stringify({ openapi: '3.1.0', info: { title: 'x', version: '1' }, paths: { '/x': { get: { responses: {} } } } });
    const problems = await lintFromString({
      source,
      absoluteRef: '/openapi.json',
      config: await createConfig({ extends: ['recommended'] }),
    });
    expect(problems.map(({ ruleId }) => ruleId)).toEqual(expect.arrayContaining(['operation-summary', 'security-defined']));
  });
});
