import { graphWork, type FilterWork, type Size } from '../../media/av/video/filter-work.js';
import { fitText } from '../../media/av/video/renderer.js';

/** Where one picture lies on a canvas, in pixels. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How its aspect ratio is kept. Default `contain`. */
  readonly fit?: 'contain' | 'cover' | 'stretch';
  /** How solid it is, 0 to 1. Default 1. */
  readonly opacity?: number;
  /** Width of a border around it, in pixels, inside. Default 0. */
  readonly borderPx?: number;
}

/**
 * Puts pictures on one of a colour, the later over the earlier. Each keeps what is transparent in it.
 *
 * @param canvas the size of the whole. @param tiles one for each input, in order.
 */
export function tilesWork(canvas: Size, color: string, tiles: readonly Tile[]): FilterWork {
  const key = JSON.stringify(['tiles', canvas, color, tiles]);
  return graphWork(
    key,
    (inputs, output, id) => {
      // The ground takes its times from the first picture, so that it never runs by itself.
      const parts = [`[${inputs[0]}]split[${id}t0][${id}g]`, `[${id}g]${groundText(canvas, color)}[${id}c0]`];
      tiles.forEach((tile, i) => {
        const input = i === 0 ? `${id}t0` : inputs[i]!;
        parts.push(`[${input}]${tileText(tile)}[${id}p${i}]`);
        const last = i === tiles.length - 1;
        parts.push(`[${id}c${i}][${id}p${i}]overlay=x=${tile.x}:y=${tile.y}:format=yuv420[${last ? output : `${id}c${i + 1}`}]`);
      });
      return parts.join(';');
    },
    { size: () => canvas },
  );
}

/** Any picture made into a plain ground. */
export function groundText({ width, height }: Size, color: string): string {
  return `scale=w=16:h=16:flags=neighbor,format=yuv420p,drawbox=c=${color}:t=fill,scale=w=${width}:h=${height}:flags=neighbor,setsar=1`;
}

function tileText({ width, height, fit = 'contain', opacity = 1, borderPx = 0 }: Tile): string {
  const parts = [fit === 'contain' ? containText(width, height) : fitText({ width, height, fit })];
  if (borderPx > 0) parts.push(`drawbox=c=white:t=${borderPx}`);
  if (opacity < 1) parts.push('format=yuva420p', `colorchannelmixer=aa=${opacity.toFixed(4)}`);
  return parts.join(',');
}

/** As `fitText`, with transparent bars: what lies below shows beside the picture. */
function containText(width: number, height: number): string {
  return `scale=w=${width}:h=${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bilinear,format=yuva420p,pad=${width}:${height}:-1:-1:color=black@0,setsar=1`;
}

/** The even number at or below a length. */
export function even(length: number): number {
  return Math.max(2, 2 * Math.floor(length / 2));
}
