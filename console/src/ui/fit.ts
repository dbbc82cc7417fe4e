/** So much of a drawing's edges is kept free. */
export const FIT = {
  padding: { top: '24px', bottom: '24px', left: '24px', right: '24px' },
  maxZoom: 1.1,
} as const;

/** Whether the screen is that of a phone. */
export function isNarrow(): boolean {
  return matchMedia('(max-width: 760px)').matches;
}

/** Whether a panel lies over the lower part of the screen, as shell.css has it: beside it a drawing would have no room. */
export function isSheet(): boolean {
  return matchMedia('(max-width: 760px), (max-width: 1000px) and (orientation: portrait)').matches;
}

/** How long a drawing moves, in milliseconds; not at all for those who asked for that. */
export function moving(ms: number): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms;
}
