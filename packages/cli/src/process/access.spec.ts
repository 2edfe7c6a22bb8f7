import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findAccess, findScaler, findScalerAccess } from './access.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dts-cli-'));
  mkdirSync(join(folder, '.data'));
  mkdirSync(join(folder, 'deep/inside'), { recursive: true });
  writeFileSync(join(folder, '.data/api-key'), 'local-key\n');
  writeFileSync(join(folder, 'other-key'), 'file-key\n');
  writeFileSync(join(folder, 'bad-key'), 'two words');
});
afterAll(() => rmSync(folder, { recursive: true }));

const find = (options: Parameters<typeof findAccess>[0] = {}, env: NodeJS.ProcessEnv = {}, cwd = folder) =>
  findAccess(options, { env, cwd });

describe('findAccess', () => {
  it('takes the stack of this machine unless told otherwise', () => {
    expect(find()).toEqual({ url: 'http://127.0.0.1:3000', apiKey: 'local-key' });
    expect(find({}, {}, join(folder, 'deep/inside')).apiKey).toBe('local-key');
    expect(find({}, { DATA_DIR: '.data' }).apiKey).toBe('local-key');
  });

  it('prefers the environment, and a file over it', () => {
    const env = { DTS_API_KEY: 'env-key', DTS_URL: 'https://dts.example' };
    expect(find({}, env)).toEqual({ url: 'https://dts.example', apiKey: 'env-key' });
    expect(find({ apiKeyFile: 'other-key', url: 'http://localhost:1' }, env)).toEqual({ url: 'http://localhost:1', apiKey: 'file-key' });
  });

  it('never tells the key of this machine to another', () => {
    expect(() => find({ url: 'http://dts.example' })).toThrow('No API key for dts.example: set DTS_API_KEY, or give --api-key-file.');
    expect(() => find({ url: 'http://127.0.0.1.example' })).toThrow('No API key for');
    expect(find({ url: 'http://[::1]:3000' }).apiKey).toBe('local-key');
  });

  it.each([
    ['no key anywhere', {}, { DATA_DIR: 'nowhere' }, /DTS_API_KEY is not set, and there is no .*nowhere.api-key/],
    ['a file that is not there', { apiKeyFile: 'gone' }, {}, /can't be read from .*gone \(ENOENT\)/],
    ['a key with a space', { apiKeyFile: 'bad-key' }, {}, /visible ASCII/],
    ['a URL that is none', { url: 'gateway' }, {}, /"gateway" is not the URL of a gateway/],
    ['another protocol', { url: 'redis://127.0.0.1' }, {}, /is not the URL of a gateway/],
    ['a query', { url: 'http://127.0.0.1:3000/?a=b' }, {}, /is not the URL of a gateway/],
    ['a URL with a password, which is not told', { url: 'http://ada:secret@127.0.0.1' }, {}, /^What was given is not the URL of a gateway/],
    ['that of Redis, whose password is not told', {}, { DTS_URL: 'redis://:secret@127.0.0.1' }, /^What was given is not the URL/],
  ])('says what is wrong with %s', (_what, options, env, reason) => expect(() => find(options, env)).toThrow(reason));
});

describe('findScaler', () => {
  it('takes the scaler of this machine unless told otherwise', () => {
    expect(findScaler({}, { env: {} })).toEqual({ url: 'http://127.0.0.1:3002' });
    expect(findScaler({}, { env: { DTS_SCALER_URL: 'https://scaler.example' } })).toEqual({ url: 'https://scaler.example' });
    expect(findScaler({ scalerUrl: 'http://localhost:1' }, { env: { DTS_SCALER_URL: 'https://scaler.example' } }).url).toBe(
      'http://localhost:1',
    );
    expect(() => findScaler({ scalerUrl: 'scaler' }, { env: {} })).toThrow('"scaler" is not the URL of a scaler');
  });

  it('has a key by the rules of the gateway, wherever that is', () => {
    expect(findScalerAccess({ url: 'http://dts.example' }, { env: {}, cwd: folder })).toEqual({
      url: 'http://127.0.0.1:3002',
      apiKey: 'local-key',
    });
    expect(() => findScalerAccess({ scalerUrl: 'http://scaler.example' }, { env: {}, cwd: folder })).toThrow(
      'No API key for scaler.example',
    );
  });
});
