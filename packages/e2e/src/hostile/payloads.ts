export const URL_OF_NOBODY = 'http://service.test/';

/** A submission that is well-formed, but for what is added to its payload. */
export const job = (payload: object = {}) => ({ name: 'http.request', payload: { url: URL_OF_NOBODY, ...payload } });

/** One whose JSON is written by hand, since `JSON.stringify` writes no such thing. */
export const written = (member: string) => `{"name":"http.request","payload":{"url":"${URL_OF_NOBODY}"${member}}}`;
