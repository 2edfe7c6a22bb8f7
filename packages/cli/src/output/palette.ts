import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Dresses a text, or leaves it as it is where nobody would see colours. */
export type Palette = (style: Style, text: string) => string;

/** What a view is drawn on. */
export interface Canvas {
  readonly paint: Palette;
  /** Of the terminal; infinite where there is none. */
  readonly columns: number;
}

export const plain: Palette = (_style, text) => text;

const coloured: Palette = (style, text) => styleText(style, text, { validateStream: false });

/**
 * Colours for a terminal unless NO_COLOR says otherwise; elsewhere only when FORCE_COLOR asks for them.
 * @see https://no-color.org
 */
export function paletteFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv, wanted: boolean): Palette {
  if (!wanted || env.NO_COLOR) return plain;
  const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0';
  return forced || (stream.isTTY === true && env.TERM !== 'dumb') ? coloured : plain;
}
