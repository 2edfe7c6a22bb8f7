import type { PayloadInputOf } from '@dts/jobs';

/** Callers at the same time. */
export const CONNECTIONS = 64;
export const PAYLOAD_BYTES = 200;

const EMPTY: PayloadInputOf<'http.request'> = { url: 'http://127.0.0.1:9/hook', text: '' };

/** What every submission carries. */
export const PAYLOAD = { ...EMPTY, text: 'x'.repeat(PAYLOAD_BYTES - JSON.stringify(EMPTY).length) };

/** The same as a body of `POST /v1/jobs`. */
export const JOB = JSON.stringify({ name: 'http.request', payload: PAYLOAD });
