import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf, type Door } from '../http/authenticate.js';
import { refuseCrossSite } from './guard.js';
import { loginPage, logoutPage } from './login-page.js';
import type { Sessions } from './session.js';

const MAX_LOGIN_BYTES = 1_024;

/** Pages to sign in with a key, and out again. @param base where Bull Board is */
export function serveLogin(fastify: FastifyInstance, base: string, { keys, addresses }: Door, sessions: Sessions): void {
  acceptForms(fastify);
  fastify.get(`${base}/login`, (request, reply) => html(reply, loginPage(pageOf((request.query as { to?: unknown }).to))));
  fastify.post(`${base}/login`, (request, reply) => {
    refuseCrossSite(request);
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const [secret, page] = [form.get('key'), pageOf(form.get('to'))];
    const key = secret === null ? undefined : keys.find(secret.trim());
    if (!key) addresses.refuse(request, reply);
    if (!key) return html(reply.status(401), loginPage(page, 'This key is not known here.'));
    if (!key.scopes.has('ops:read')) return html(reply.status(403), loginPage(page, 'This key lacks the scope ops:read.'));
    // As the browser came: a cookie that is for TLS only would not come back without.
    const overTls = request.headers.origin?.startsWith('https:') ?? false;
    return reply.header('set-cookie', sessions.open(key, overTls)).redirect(page, 303);
  });
  fastify.get(`${base}/logout`, (request, reply) => html(reply, logoutPage(callerOf(request).id)));
  fastify.post(`${base}/logout`, (request, reply) => {
    refuseCrossSite(request);
    return reply.header('set-cookie', sessions.close()).redirect(`${base}/login`, 303);
  });
}

/** Where to go from here: to one of these, whatever a link says. */
const PAGES = ['/ui', '/console'] as const;

function pageOf(to: unknown): string {
  return PAGES.find((page) => page === to) ?? PAGES[0];
}

function acceptForms(fastify: FastifyInstance): void {
  const type = 'application/x-www-form-urlencoded';
  fastify.addContentTypeParser(type, { parseAs: 'string', bodyLimit: MAX_LOGIN_BYTES }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );
}

function html(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html').send(page);
}
