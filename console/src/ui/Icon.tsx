/** Line icons, 24 × 24, drawn with the colour of the text around them. */
const PATHS = {
  calls: 'M4 5h16v10H9l-5 4V5zM8 9h8M8 12h5',
  graph: 'M4 6h6v4H4zM14 4h6v4h-6zM14 15h6v4h-6zM10 8h2l2-2M12 8v9h2',
  machine: 'M7 4h10a3 3 0 0 1 0 6H7a3 3 0 0 1 0-6zM7 14h10a3 3 0 0 1 0 6H7a3 3 0 0 1 0-6zM12 10v4M10.5 12.5 12 14l1.5-1.5',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6.5 6.5 0 0 1 3.5 5.5',
  editor: 'M8 6 3 12l5 6M16 6l5 6-5 6M13.5 4l-3 16',
  plugins: 'M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0V8zM12 18v3',
  log: 'M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h7',
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M7 5h3v14H7zM14 5h3v14h-3z',
  skip: 'M5 5v14l10-7zM18 5v14',
  stop: 'M6 6h12v12H6z',
  listen: 'M4 13v-1a8 8 0 0 1 16 0v1M4 13h3v6H5.5A1.5 1.5 0 0 1 4 17.5zM20 13h-3v6h1.5a1.5 1.5 0 0 0 1.5-1.5z',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
  micOff:
    'M9 9v2a3 3 0 0 0 4.8 2.4M15 10V6a3 3 0 0 0-5.7-1.3M5.5 11a6.5 6.5 0 0 0 10.4 5.2M18.5 11a6 6 0 0 1-.6 2.6M12 17.5V21M3 3l18 18',
  volume: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12',
  filter: 'M4 6h16M7 12h10M10 18h4',
  hand: 'M7.5 12V6.2a1.4 1.4 0 0 1 2.8 0V11M10.3 10.5V4.4a1.4 1.4 0 0 1 2.8 0v6M13.1 10.5V5.6a1.4 1.4 0 0 1 2.8 0V12M15.9 9.4a1.4 1.4 0 0 1 2.8 0V14a7 7 0 0 1-7 7c-3 0-4.6-1.3-6-3.8L3.5 13.3a1.4 1.4 0 0 1 2.4-1.4l1.6 2.1',
  close: 'M6 6l12 12M18 6 6 18',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  undo: 'M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  apply: 'M4.5 12.5 10 18 20 6.5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z',
  warning: 'M12 4 2.5 20h19zM12 10v4.5M12 17.2v.3',
  kick: 'M10 12h11M17.5 8.5 21 12l-3.5 3.5M13 4H5v16h8',
  open: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  live: 'M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7.5 16.5a6.4 6.4 0 0 1 0-9M16.5 7.5a6.4 6.4 0 0 1 0 9',
  bypass: 'M3 12h4l2.5-6h5L17 12h4M3 18h18',
  up: 'M12 19V5M6 11l6-6 6 6',
  fold: 'M6 9l6 6 6-6',
  unfoldAll: 'M6 9l6-6 6 6M6 15l6 6 6-6',
  foldAll: 'M6 4l6 6 6-6M6 20l6-6 6 6',
  tidy: 'M4 6h16M8 11h12M8 16h12M4 11h.5M4 16h.5M4 21h16',
  reset: 'M5 12a7 7 0 1 1 2 5M5 20v-4h4',
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon beside a text, or in a button that has a label of its own. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
