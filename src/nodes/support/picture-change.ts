import { graphWork, type FilterWork } from '../../media/av/video/filter-work.js';

/** How one picture changes into another. */
export const PICTURE_CHANGES = ['cut', 'fade', 'slide-left', 'slide-right', 'slide-up', 'slide-down'] as const;
/** How one picture changes into another. */
export type PictureChange = (typeof PICTURE_CHANGES)[number];

/** Two pictures in the middle of a change; the second is given the size of the first. @param share how far the change is: 0 … 1. */
export function changeWork(change: PictureChange, share: number): FilterWork {
  const left = (1 - share).toFixed(5);
  const x = change === 'slide-left' ? `W*${left}` : change === 'slide-right' ? `-W*${left}` : '0';
  const y = change === 'slide-up' ? `H*${left}` : change === 'slide-down' ? `-H*${left}` : '0';
  const opacity = change === 'fade' ? share.toFixed(5) : '1';
  return graphWork(
    `change ${change}`,
    ([from, to], output, id) => {
      const solid = change === 'fade' ? `,format=yuva420p,colorchannelmixer@${id}1=aa=${opacity}` : '';
      return (
        `[${from}]split[${id}a][${id}b];[${to}][${id}b]scale=w=rw:h=rh:flags=bilinear,setsar=1${solid}[${id}u];` +
        `[${id}a][${id}u]overlay@${id}0=x=${x}:y=${y}:format=yuv420[${output}]`
      );
    },
    {
      live: [
        { filter: 0, name: 'overlay', command: 'x', value: x },
        { filter: 0, name: 'overlay', command: 'y', value: y },
        ...(change === 'fade' ? [{ filter: 1, name: 'colorchannelmixer', command: 'aa', value: opacity }] : []),
      ],
    },
  );
}
