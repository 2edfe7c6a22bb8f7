import type { PayloadOf } from '@dts/jobs';
import { FinalError, RetryableError } from '@dts/jobs';
import type { Sharp } from 'sharp';

export type ThumbnailOptions = Pick<PayloadOf<'image.thumbnail'>, 'width' | 'height' | 'fit' | 'format' | 'quality'>;

export interface Thumbnail {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

export interface RenderLimits {
  /** Pixels of the source. */
  readonly maxPixels: number;
  /** Rendering stops by then. */
  readonly deadline: Date;
}

const SUPPORTED = 'JPEG, PNG, WebP, AVIF, GIF and TIFF are supported';

/**
 * What else libvips might read. Raster formats only: an SVG is a program in a language with a history. Blocking is for
 * the whole process, and safe to repeat; unblocking would not be, while another thread reads an image.
 */
const BLOCKED = ['Svg', 'Pdf', 'Magick'].map((loader) => `VipsForeignLoad${loader}`);

/**
 * Resizes an image: turned upright by its EXIF orientation, never enlarged, without its metadata; the first frame of an
 * animation. Where `contain` leaves room it is transparent, and white in a JPEG.
 * @throws FinalError `image-empty`, `image-unsupported`, `image-too-large`, `image-broken`, `thumbnail-too-large`
 */
export async function renderThumbnail(source: Buffer, options: ThumbnailOptions, limits: RenderLimits): Promise<Thumbnail> {
  if (source.length === 0) throw new FinalError('image-empty', 'The source image has no bytes.');
  const sharp = await loadSharp();
  const seconds = Math.max(1, Math.ceil((limits.deadline.getTime() - Date.now()) / 1_000));
  const opaque = options.format === 'jpeg';
  try {
    const image = sharp(source, { limitInputPixels: limits.maxPixels, failOn: 'error' })
      .timeout({ seconds })
      .autoOrient()
      .resize({
        width: options.width,
        height: options.height,
        fit: options.fit,
        withoutEnlargement: true,
        background: { r: 255, g: 255, b: 255, alpha: opaque ? 1 : 0 },
      });
    const { data, info } = await encode(opaque ? image.flatten({ background: 'white' }) : image, options).toBuffer({
      resolveWithObject: true,
    });
    return { bytes: data, width: info.width, height: info.height };
  } catch (error) {
    throw imageFailure(error, limits);
  }
}

/** Loaded at the first image only: most workers never see one. */
async function loadSharp(): Promise<typeof import('sharp').default> {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: BLOCKED });
  return sharp;
}

/** A quality makes sharp reduce the colours of a PNG, which is no one's idea of lossless. */
function encode(image: Sharp, { format, quality }: ThumbnailOptions): Sharp {
  return format === 'png' ? image.png() : image.toFormat(format, { quality });
}

/** Told apart by libvips' words, there is nothing else; what is not known to be otherwise is the image's fault. */
function imageFailure(error: unknown, { maxPixels }: RenderLimits): Error {
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (reason.startsWith('timeout:')) return new RetryableError('timeout', 'Resizing took longer than the attempt may.');
  if (reason.includes('unsupported image format')) {
    return new FinalError('image-unsupported', `The source is no image that can be read; ${SUPPORTED}.`);
  }
  if (reason.includes('exceeds pixel limit')) {
    return new FinalError('image-too-large', `The source image has more than the ${maxPixels} pixels that are allowed.`);
  }
  if (reason.includes('too large for the')) return new FinalError('thumbnail-too-large', `The thumbnail cannot be written: ${reason}.`);
  return new FinalError('image-broken', `The source image is broken: ${reason}`);
}
