import { loadEnv } from '@dts/runtime';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { handlerEnvShape } from './env.js';

const load = (env: NodeJS.ProcessEnv) => loadEnv(z.object(handlerEnvShape), env);

describe('handlerEnvShape', () => {
  it('needs nothing', () => {
    expect(load({})).toEqual({
      OUTBOUND_ALLOW: [],
      OUTBOUND_DENY: [],
      OUTBOUND_ALLOW_LOOPBACK: false,
      EMAIL_ATTACHMENT_MAX_BYTES: 10_485_760,
      EMAIL_ATTACHMENTS_MAX_BYTES: 26_214_400,
      THUMBNAIL_MAX_BYTES: 52_428_800,
      THUMBNAIL_MAX_PIXELS: 100_000_000,
    });
  });

  it('survives the way into a worker thread', () => {
    const env = load({
      OUTBOUND_ALLOW: '*.example.com, 10.0.0.0/8',
      OUTBOUND_DENY: 'admin.example.com',
      OUTBOUND_ALLOW_LOOPBACK: 'true',
      SIGNING_KEY: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      SMTP_URL: 'smtps://user:password@mail.example.com',
      SMTP_FROM: 'Billing <billing@example.com>',
    });
    expect(env.OUTBOUND_ALLOW).toEqual(['*.example.com', '10.0.0.0/8']);
    expect(structuredClone(env)).toEqual(env);
  });

  it.each([
    ['OUTBOUND_ALLOW', 'api.example.com,https://example.com', /OUTBOUND_ALLOW: "https:\/\/example\.com" is no host or CIDR block/],
    ['OUTBOUND_DENY', '10.0.0.0/99', /OUTBOUND_DENY: "10\.0\.0\.0\/99" is no host or CIDR block/],
    ['OUTBOUND_DENY', '*', /OUTBOUND_DENY: "\*" is no host or CIDR block/],
    ['OUTBOUND_ALLOW_LOOPBACK', 'perhaps', /OUTBOUND_ALLOW_LOOPBACK/],
    ['SIGNING_KEY', 'whsec_not base64!', /SIGNING_KEY: what follows whsec_ must be base64$/],
    ['SMTP_URL', 'mail.example.com:25', /SMTP_URL: give an smtp:\/\/ or smtps:\/\/ URL/],
    ['SMTP_FROM', 'nobody', /SMTP_FROM: give an e-mail address/],
    ['SMTP_FROM', 'A <a@example.com>, B <b@example.com>', /SMTP_FROM: give an e-mail address/],
    ['THUMBNAIL_MAX_PIXELS', '0', /THUMBNAIL_MAX_PIXELS/],
  ])('refuses %s=%s at boot', (name, value, message) => {
    expect(() => load({ [name]: value })).toThrow(message);
  });

  it('does not show secrets when it refuses them', () => {
    expect(() => load({ SIGNING_KEY: 'whsec_hunter2!', SMTP_URL: 'http://user:hunter2@mail' })).toThrow(
      expect.not.stringContaining('hunter2'),
    );
  });
});
