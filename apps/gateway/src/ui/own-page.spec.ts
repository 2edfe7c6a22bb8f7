import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ownPage } from './own-page.js';

const page = readFileSync(join(dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')), 'dist/index.ejs'), 'utf8');

describe('ownPage', () => {
  it("fetches nothing from elsewhere, which Bull Board's own does", () => {
    const elsewhere = /(?:src|href)="(?:https?:)?\/\//;
    expect(page).toMatch(elsewhere);
    expect(ownPage(page)).not.toMatch(elsewhere);
  });

  it('hides the buttons of what is switched off', () => {
    expect(ownPage(page)).toMatch(/<style>[^<]*\.lucide-ban[^<]*\{ display: none \}<\/style><\/head>/);
  });
});
