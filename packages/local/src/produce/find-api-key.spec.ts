import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { TemporaryFolder } from '../testing/temporary-folder.js';
import { findApiKey } from './find-api-key.js';

describe('findApiKey', () => {
  it('prefers the given key to the environment, and that to the file of the stack', () => {
    using folder = new TemporaryFolder();
    writeFileSync(join(folder.path, 'api-key'), 'from-file\n');
    expect(findApiKey('given', { DTS_API_KEY: 'from-env' }, folder.path)).toBe('given');
    expect(findApiKey(undefined, { DTS_API_KEY: 'from-env' }, folder.path)).toBe('from-env');
    expect(findApiKey(undefined, { DTS_API_KEY: '' }, folder.path)).toBe('from-file');
  });

  it('says where a key could stand', () => {
    expect(() => findApiKey(undefined, {}, '/nowhere')).toThrow(
      'No API key: DTS_API_KEY is not set, and there is no /nowhere/api-key. Start the stack with npm start, or set DTS_API_KEY.',
    );
  });

  it('refuses what can not be sent, without repeating it', () => {
    expect(() => findApiKey('zwölf', {}, '/nowhere')).toThrow('The API key is not one: it has visible ASCII characters only.');
  });
});
