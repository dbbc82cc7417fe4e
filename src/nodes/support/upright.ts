import { filterWork, type FilterUse, type FilterWork, type Size } from '../../media/av/video/filter-work.js';
import type { Picture } from '../../media/av/video/picture.js';

const known = new Map<string, FilterWork>();

/** What brings a picture of a file upright, with square pixels; undefined: nothing is to be done. */
export function uprightWork(picture: Picture, rotation: number): FilterWork | undefined {
  const { num, den } = picture.native.sampleAspectRatio;
  const aspect = num > 0 && den > 0 ? num / den : 1;
  if (rotation === 0 && Math.abs(aspect - 1) < 0.001) return undefined;
  const key = `${rotation}/${aspect}`;
  let work = known.get(key);
  if (!work) known.set(key, (work = makeWork(rotation, aspect)));
  return work;
}

const TURNS: Readonly<Record<number, readonly FilterUse[]>> = {
  90: [{ name: 'transpose', options: { dir: 'clock' } }],
  180: [{ name: 'hflip' }, { name: 'vflip' }],
  270: [{ name: 'transpose', options: { dir: 'cclock' } }],
};

function makeWork(rotation: number, aspect: number): FilterWork {
  const widened = (width: number) => Math.max(2, Math.round((width * aspect) / 2) * 2);
  const square: readonly FilterUse[] =
    aspect === 1
      ? []
      : [
          { name: 'scale', options: { w: `2*round(iw*${aspect}/2)`, h: 'ih' } },
          { name: 'setsar', options: { sar: 1 } },
        ];
  return filterWork([...square, ...(TURNS[rotation] ?? [])], {
    size: ([input]): Size => {
      const [width, height] = [widened(input!.width), input!.height];
      return rotation % 180 === 0 ? { width, height } : { width: height, height: width };
    },
  });
}
