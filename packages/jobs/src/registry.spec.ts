import { describe, expect, it } from '@jest/globals';
import { QUEUES } from './queues.js';
import { findJobDefinition, isJobName, JOB_DEFINITIONS, JOB_NAMES } from './registry.js';

describe('the registry', () => {
  it('knows each job type by one name', () => {
    expect(new Set(JOB_NAMES).size).toBe(JOB_DEFINITIONS.length);
    for (const definition of JOB_DEFINITIONS) expect(findJobDefinition(definition.name)).toBe(definition);
  });

  it.each(['', 'toString', '__proto__', 'http.request '])('does not know %p', (name) => {
    expect(findJobDefinition(name)).toBeUndefined();
    expect(isJobName(name)).toBe(false);
  });
});

describe.each(JOB_DEFINITIONS.map((definition) => [definition.name, definition] as const))('%s', (_name, definition) => {
  it('has a queue that exists and bounds that can be kept', () => {
    expect(Object.keys(QUEUES)).toContain(definition.queue);
    expect(definition.attempts).toBeGreaterThanOrEqual(1);
    expect(definition.timeout).toBeGreaterThan(0);
    expect(definition.backoff.maxDelay ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(definition.backoff.delay);
  });

  it('has an example that its schema takes', () => {
    expect(definition.payload.safeParse(definition.example).error).toBeUndefined();
  });

  it('refuses members that it does not know', () => {
    expect(definition.payload.safeParse({ ...(definition.example as object), surprise: 1 }).success).toBe(false);
  });
});

/** Payloads as they were queued by the first version: they may wait in a queue still, so every later one must take them. */
const FIRST_SHAPES: Record<string, object> = {
  'http.request': {
    method: 'PUT',
    url: 'http://a.test/',
    headers: { 'x-a': '1' },
    json: [1],
    timeout: 5,
    expectedStatuses: [200],
    maxRedirects: 0,
  },
  'email.send': {
    from: { name: 'A', address: 'a@b.test' },
    to: ['c@d.test'],
    cc: [],
    bcc: [],
    replyTo: 'e@f.test',
    subject: 's',
    text: 't',
    html: '<p>t</p>',
    attachments: [{ filename: 'a.txt', url: 'http://a.test/', contentType: 'text/plain' }],
  },
  'report.render': { title: 't', columns: ['a'], rows: [['x', 1, true, null]], format: 'html' },
  'image.thumbnail': {
    sourceUrl: 'http://a.test/',
    destinationUrl: 'http://b.test/',
    width: 1,
    height: 2,
    fit: 'cover',
    format: 'png',
    quality: 9,
  },
};

describe('payloads of the first version', () => {
  it.each(Object.entries(FIRST_SHAPES))('of %s fit still', (name, payload) => {
    expect(findJobDefinition(name)?.payload.safeParse(payload)).toMatchObject({ success: true, data: payload });
  });
});
