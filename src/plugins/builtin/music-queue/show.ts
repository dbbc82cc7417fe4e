import { titleOf } from './asked-source.js';
import { CHAT_COMMANDS } from './chat.js';
import { clock } from './grant.js';
import { currentTrack, positionNow, waiting } from './queue.js';
import type { CallQueue } from './state.js';

interface ShowArgs {
  readonly nowMs: number;
  readonly page: number;
  readonly pageSize: number;
  readonly prefix: string;
}

/** What a chat answers with, as lines. */
export function show(queue: CallQueue, what: 'queue' | 'now' | 'history' | 'help', args: ShowArgs): string {
  switch (what) {
    case 'now':
      return nowLine(queue, args.nowMs);
    case 'queue':
      return queueLines(queue, args);
    case 'history': {
      const lines = queue.history.toReversed().map((entry) => `${titleOf(entry)}${by(entry)} (${entry.reason})`);
      return paged(lines, args, 'Nothing was played yet.');
    }
    case 'help':
      return CHAT_COMMANDS.map(({ names, usage, about }) => `${args.prefix}${names[0]}${usage && ` ${usage}`} – ${about}`).join(
        '\n',
      );
  }
}

function nowLine(queue: CallQueue, nowMs: number): string {
  const track = currentTrack(queue);
  if (!track || queue.halted) return 'Nothing plays.';
  const at = clock(positionNow(queue, nowMs));
  const length = queue.durationMs === null ? '' : ` of ${clock(queue.durationMs)}`;
  const how = queue.status === 'playing' ? '' : ` (${queue.status})`;
  return `${titleOf(track)}${by(track)}: ${at}${length}${how}`;
}

function queueLines(queue: CallQueue, args: ShowArgs): string {
  const lines = waiting(queue).map((track, index) => `${index + 1}. ${titleOf(track)}${by(track)}`);
  const { repeat, shuffle } = queue.list;
  const modes = [repeat !== 'off' && `repeat ${repeat}`, shuffle !== 'off' && `shuffle ${shuffle}`].filter(Boolean).join(', ');
  return `${nowLine(queue, args.nowMs)}${modes && ` [${modes}]`}\n${paged(lines, args, 'Nothing waits.')}`;
}

function paged(lines: readonly string[], { page, pageSize }: ShowArgs, none: string): string {
  if (lines.length === 0) return none;
  const pages = Math.ceil(lines.length / pageSize);
  const shown = Math.min(page, pages);
  const part = lines.slice((shown - 1) * pageSize, shown * pageSize);
  return pages === 1 ? part.join('\n') : `${part.join('\n')}\nPage ${shown} of ${pages}.`;
}

function by({ requester }: { readonly requester?: string | undefined }): string {
  return requester === undefined ? '' : `, asked for by ${requester}`;
}
