/** Width of the bar in characters. */
const BAR = 24;

/**
 * One line of progress: bar, media time, speed and time left. Without a known total there is no bar and no time left.
 *
 * @param positionUs media made so far, in microseconds.
 * @param totalUs media to make, in microseconds.
 * @param elapsedUs time spent so far, in microseconds.
 */
export function progressLine(positionUs: number, totalUs: number | undefined, elapsedUs: number): string {
  const speed = elapsedUs > 0 ? positionUs / elapsedUs : 0;
  const pace = `${speed.toFixed(1)}× real time`;
  if (totalUs === undefined || totalUs <= 0) return `${clock(positionUs)}  ${pace}`.padEnd(78);
  const done = Math.min(1, positionUs / totalUs);
  const filled = Math.round(done * BAR);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
  const left = speed > 0 ? ` ETA ${clock((totalUs - Math.min(positionUs, totalUs)) / speed)}` : '';
  const percent = `${Math.floor(done * 100)}`.padStart(3);
  return `${bar} ${percent} %  ${clock(positionUs)} of ${clock(totalUs)}  ${pace} ${left}`.padEnd(78);
}

/** `m:ss`, or `h:mm:ss` from an hour on. */
function clock(us: number): string {
  const total = Math.round(us / 1e6);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const pad = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
