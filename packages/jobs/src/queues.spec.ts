import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SERVED_QUEUE_NAMES } from './queues.js';

describe('queues', () => {
  it('are those that the Helm chart lets pools of workers serve', () => {
    const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../deploy/helm/values.schema.json'), 'utf8'));
    const { queues } = schema.properties.workers.additionalProperties.properties;
    expect(Object.keys(queues.properties)).toEqual(SERVED_QUEUE_NAMES);
  });
});
