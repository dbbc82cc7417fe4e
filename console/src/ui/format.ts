/** A length of time as a clock shows it, such as `3:07`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A moment as the time of day, to the millisecond if wanted. */
export function timeOfDay(atMs: number, exact = false): string {
  const date = new Date(atMs);
  const time = date.toLocaleTimeString('en-GB');
  return exact ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : time;
}

/** A level in decibels; `−∞` for silence. */
export function decibels(db: number): string {
  return db <= -119 || !Number.isFinite(db) ? '−∞ dB' : `${db.toFixed(1).replace('-', '−')} dB`;
}

/** A count, with thin spaces between thousands. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Milliseconds as people say them, such as `12 ms` or `0.04 ms`. */
export function milliseconds(ms: number): string {
  if (ms === 0) return '0 ms';
  if (Math.abs(ms) < 1) return `${ms.toFixed(2)} ms`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Microseconds as people say them, such as `12 µs`, `0.4 µs` or `1.2 ms`. */
export function microseconds(us: number): string {
  if (us >= 1000) return milliseconds(us / 1000);
  return `${us < 10 ? us.toFixed(1) : Math.round(us)} µs`;
}

/** The last part of a path or address. */
export function lastPart(src: string): string {
  const parts = src.split(/[/\\]/).filter(Boolean);
  return parts.at(-1) ?? src;
}
