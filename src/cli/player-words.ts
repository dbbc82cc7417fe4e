import pc from 'picocolors';
import { voxError } from '../errors.js';
import { isAddress } from '../media/net/url.js';
import { createRealtimeScheduler } from '../time/realtime.js';
import type { EngineClient, Player } from './engine-client.js';

/** How often what plays is looked at until a command has taken effect, and how many times at most. */
const [LOOK_MS, LOOKS] = [40, 50];

/** A time such as `1:23` or `1:02:03`, rounded down to seconds. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * A time in milliseconds, as it is written: seconds such as `83` or `83.5`, `1:23`, `1:02:03`; with `+` or `-` before it, from where it is.
 *
 * @throws VoxError `USAGE`.
 */
export function parsePosition(given: string): { readonly ms: number; readonly relative: boolean } {
  const match = /^([+-]?)(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(given.trim());
  const [, sign = '', hours = '0', minutes = '0', seconds = '0'] = match ?? [];
  const tooMany = /:/.test(given) && (Number(seconds) >= 60 || (/:.*:/.test(given) && Number(minutes) >= 60));
  if (!match || tooMany) {
    const reason = `a position is written as 1:23, 1:02:03 or 83 (seconds), or as +10 and -10 from where it is, not "${given}"`;
    throw voxError('USAGE', { reason });
  }
  const ms = Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
  return { ms: sign === '-' ? -ms : ms, relative: sign !== '' };
}

/** The one of a call's players that commands steer: called `music`, else its only queue, else the first. */
export function mainPlayer(players: readonly Player[]): Player | undefined {
  const queues = players.filter(({ kind }) => kind === 'queue');
  return players.find(({ node }) => node === 'music') ?? (queues.length === 1 ? queues[0] : players[0]);
}

/** What plays in a call. @throws VoxError `NOTHING_TO_PLAY`. */
export async function playerOf(client: EngineClient, call: string): Promise<Player> {
  const { players } = await client.get('/api/v1/players', undefined, { call });
  const found = mainPlayer(players);
  if (!found) throw voxError('NOTHING_TO_PLAY', { call });
  return found;
}

/** What plays in a call once it is as it was asked to be, or after two seconds, as it is then: an address may take long to open. */
export async function playerWhen(client: EngineClient, call: string, is: (player: Player) => boolean): Promise<Player> {
  const scheduler = createRealtimeScheduler();
  try {
    for (let look = 0; ; look++) {
      const player = await playerOf(client, call);
      if (is(player) || look === LOOKS) return player;
      await new Promise<void>((done) => void scheduler.after(LOOK_MS, done));
    }
  } finally {
    scheduler.close();
  }
}

const SIGNS: Readonly<Record<Player['status'], string>> = {
  loading: 'opening',
  playing: 'playing',
  paused: 'paused',
  idle: 'nothing to play',
  ended: 'over',
  failed: 'failed',
};

/** What plays, as one line: `playing  1:23 / 3:45  Title`. */
export function playerLine(player: Player, color: boolean): string {
  const paint = pc.createColors(color);
  const { status, src, title, positionMs, durationMs, queue, gainDb } = player;
  const word = SIGNS[status];
  const painted = status === 'playing' ? paint.green(word) : status === 'failed' ? paint.red(word) : paint.yellow(word);
  if (src === undefined) return painted;
  const at = `${clock(positionMs)} / ${durationMs === undefined ? 'live' : clock(durationMs)}`;
  const place = queue && queue.total > 1 ? paint.dim(`  ${queue.index + 1} of ${queue.total}`) : '';
  const volume = gainDb === undefined ? '' : paint.dim(`  volume ${percentOf(gainDb)} %`);
  return `${painted}  ${at}  ${paint.bold(title ?? lastPart(src))}${place}${volume}`;
}

/** Percent of the original amplitude. */
export function percentOf(gainDb: number): number {
  return gainDb <= -60 ? 0 : Math.round(100 * 10 ** (gainDb / 20));
}

/** A file's name, or an address as it is. */
export function lastPart(src: string): string {
  return isAddress(src) ? src : (src.split(/[\\/]/).at(-1) ?? src);
}
