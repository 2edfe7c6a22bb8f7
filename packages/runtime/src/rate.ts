import { z } from 'zod';

/** How often something may be done: so often a second in the long run, so many at once. */
export interface Rate {
  readonly perSecond: number;
  /** One at least. */
  readonly burst: number;
}

const MOST = 1_000_000;
const PATTERN = /^(\d+(?:\.\d+)?)\/s(?::(\d+))?$/;
const HOW = `must be "off", or requests a second from 0.001 to ${MOST} with the burst that is allowed, such as "200/s" or "200/s:400"`;

/** `off`, `200/s`, or `200/s:400` with the burst; a second's worth, and one at least, unless given. */
export const rateSetting = z.string().transform((text, context): Rate | undefined => {
  if (text === 'off') return undefined;
  const [, perSecond, burst] = PATTERN.exec(text) ?? [];
  const parsed = rate.safeParse({ perSecond: Number(perSecond), burst: burst === undefined ? undefined : Number(burst) });
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: HOW });
  return z.NEVER;
});

/** The same as an entry of API_KEYS tells it. */
export const rate = z
  .strictObject({ perSecond: z.number().min(0.001).max(MOST), burst: z.int().min(1).max(MOST).optional() })
  .transform(({ perSecond, burst = Math.max(1, Math.ceil(perSecond)) }): Rate => ({ perSecond, burst }));
