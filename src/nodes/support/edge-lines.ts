import type { FilterUse } from '../../media/av/video/filter-work.js';

/**
 * What goes before `edgedetect`. That keeps of each edge the pixels that are steeper than both of their neighbours. The step of a drawn picture lies
 * exactly between two pixels that are equally steep, and would give no line at all: letters and diagrams would vanish. Weights that are uneven
 * in both directions move it by a third of a pixel.
 */
const UNEVEN = { '0m': '0 0 0 0 4 2 0 2 1', '0rdiv': '1/9' };

/** The filters that show edges as white lines, one pixel wide, on black. Thresholds: 0…1. */
export function edgeLines(low: number, high: number): readonly FilterUse[] {
  return [
    { name: 'convolution', options: UNEVEN },
    { name: 'edgedetect', options: { low: Math.min(low, high), high, mode: 'wires' } },
  ];
}

/** The same as text. @param id makes the names of the filters its own. */
export function edgeLinesText(low: number, high: number, id: string): string {
  return edgeLines(low, high)
    .map(({ name, options = {} }) => {
      const args = Object.entries(options).map(([key, value]) => `${key}='${value}'`);
      return `${name}@${id}=${args.join(':')}`;
    })
    .join(',');
}
