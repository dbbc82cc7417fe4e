/** So much of a drawing's edges is kept free for what lies over it: its title and its buttons. */
export const FIT = {
  padding: { top: '68px', bottom: '56px', left: '24px', right: '24px' },
  maxZoom: 1.1,
} as const;

/** Whether the screen is that of a phone. */
export function isNarrow(): boolean {
  return matchMedia('(max-width: 760px)').matches;
}
