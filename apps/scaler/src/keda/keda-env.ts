import { envPort } from '@dts/runtime';
import { z } from 'zod';

export const kedaEnvShape = {
  /** Where KEDA's external scaler is served, on HOST. Not at all unless given; 0 for any free port. */
  KEDA_PORT: envPort.optional(),
  /** PEM files. With both the port speaks TLS. */
  KEDA_TLS_CERT: z.string().optional(),
  KEDA_TLS_KEY: z.string().optional(),
  /** PEM file of the authority that must have signed the caller's certificate. Callers need none unless given. */
  KEDA_TLS_CA: z.string().optional(),
  /** StreamIsActive calls that may be open at once: KEDA holds one for each ScaledObject, and for each of its operators. */
  KEDA_STREAMS: z.coerce.number().int().min(1).max(10_000).default(100),
};

interface TlsFiles {
  readonly KEDA_TLS_CERT?: string | undefined;
  readonly KEDA_TLS_KEY?: string | undefined;
  readonly KEDA_TLS_CA?: string | undefined;
}

/** For `refine`: half of a pair would leave the port without TLS, and nobody would notice. */
export const TLS_IS_WHOLE = {
  check: ({ KEDA_TLS_CERT, KEDA_TLS_KEY, KEDA_TLS_CA }: TlsFiles) =>
    KEDA_TLS_CERT ? KEDA_TLS_KEY !== undefined : KEDA_TLS_KEY === undefined && KEDA_TLS_CA === undefined,
  problem: { path: ['KEDA_TLS_CERT'], error: 'goes with KEDA_TLS_KEY, and KEDA_TLS_CA needs both: give the certificate and its key' },
};
