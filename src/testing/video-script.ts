import { blankPicture } from '../media/av/video/blank.js';
import { GeneratedPictures } from '../media/av/video/generated.js';
import { VideoRenderer } from '../media/av/video/renderer.js';
import type { VideoContent } from '../media/video-frame.js';

/** A picture of one colour. */
export interface TestPicture {
  /** Y, U and V of limited range; default a middle grey. */
  readonly yuv?: readonly [number, number, number];
  /** In pixels; default 64. */
  readonly width?: number;
  /** In pixels; default 48. */
  readonly height?: number;
  /** In place of a colour: the first picture of one of FFmpeg's sources, such as `testsrc2=s=64x48`. */
  readonly source?: string;
}

/** What a scripted video input does on one tick of the pictures. */
export type VideoStep = TestPicture | 'none' | 'complete' | Error;

/**
 * What a test may give as a video input: `'grey'`, the same grey picture for ever; or a function that says what happens on each tick of
 * the pictures, by its number. After `complete` or an error it is not asked again.
 */
export interface VideoInput {
  /** Plays it. */
  readonly video: 'grey' | ((tick: number) => VideoStep);
}

/** The pixels of a picture that came out, 8 bits a sample, without padding. */
export interface RenderedPicture {
  /** The tick of the pictures on which it came. */
  readonly tick: number;
  /** Its time, in microseconds. */
  readonly ptsUs: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Luma, a byte a pixel. */
  readonly y: Uint8Array;
  /** Blue-difference chroma, a byte for each two by two pixels. */
  readonly u: Uint8Array;
  /** Red-difference chroma, likewise. */
  readonly v: Uint8Array;
}

/** The step of an input on a tick. */
export function videoStep(input: VideoInput | undefined, tick: number): VideoStep {
  const script = input?.video ?? 'grey';
  return script === 'grey' ? {} : script(tick);
}

/** Makes the picture of a step; the caller has its share. */
export function testPicture({ yuv = [110, 128, 128], width = 64, height = 48, source }: TestPicture): VideoContent {
  if (source !== undefined) {
    const pictures = new GeneratedPictures(source);
    try {
      return pictures.nextSync()!;
    } finally {
      pictures.close();
    }
  }
  return blankPicture(width, height, yuv);
}

/** Computes the pixels of what came out, and copies them. */
export class PictureTaker {
  readonly #renderer = new VideoRenderer({ format: 'yuv420p' });

  /** Undefined: its filters gave none. */
  take(content: VideoContent, ptsUs: number, tick: number): RenderedPicture | undefined {
    const picture = this.#renderer.renderSync(content, ptsUs);
    if (!picture) return undefined;
    const { native, width, height } = picture;
    const plane = (index: number, w: number, h: number) => {
      const from = native.data![index]!;
      const stride = native.linesize[index]!;
      const to = new Uint8Array(w * h);
      for (let row = 0; row < h; row++) to.set(from.subarray(row * stride, row * stride + w), row * w);
      return to;
    };
    const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
    const taken = { tick, ptsUs, width, height, y: plane(0, width, height), u: plane(1, w, h), v: plane(2, w, h) };
    picture.release();
    return taken;
  }

  /** Frees its filters. */
  close(): void {
    this.#renderer.closeSync();
  }
}
