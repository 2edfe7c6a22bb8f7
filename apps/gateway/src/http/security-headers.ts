/** Of every answer: it is what its type says, and shows in no other page's frame. */
export const SECURITY_HEADERS = { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' } as const;
