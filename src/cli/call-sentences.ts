import { formatProblem } from '../errors.js';
import type { StampedEvent } from '../events/event.js';

/** How a call is over, as it follows its name. */
const ENDS: Readonly<Record<string, string>> = {
  kicked: 'the account was removed from it',
  'joined-elsewhere': 'the account joined it from elsewhere',
  'ended-by-admin': 'an admin ended it',
};

/** What happens to calls and accounts, as a sentence; undefined for other events, and for what needs no words. */
export function callSentence(event: StampedEvent): string | undefined {
  switch (event.type) {
    case 'call.takenUp': {
      if (event.problem) return `${formatProblem(event.problem)} ${event.problem.fix}`;
      const ago = event.savedAtMs === undefined ? '' : ` ${agoSentence(event.atMs - event.savedAtMs)} ago`;
      return `${event.call} goes on where a run that was killed was${ago}; --fresh begins anew.`;
    }
    case 'call.waiting': {
      // A short one, of which was told already.
      if (event.kind === 'resume') return undefined;
      const at = timeOf(event.untilMs, event.atMs);
      const why = event.problem ? `${formatProblem(event.problem)} ` : '';
      if (event.kind === 'schedule') return `${event.call} begins ${at}; it is joined then, or as soon as an admin begins it.`;
      return `${event.call}: ${why}It goes on ${at}.`;
    }
    case 'node.told':
      if (event.what !== 'file.rescued') return undefined;
      return `What a run that was killed had recorded is kept: ${String(event.data['path'])}`;
    case 'call.silenced':
      return event.silenced
        ? `${event.call}: an admin does not let us speak; a raised hand asks for it.`
        : `${event.call}: we may speak again.`;
    case 'call.rejoined':
      return `${event.call}: back in the call.`;
    case 'call.ended': {
      const reason = ENDS[event.reason] ?? (event.problem && formatProblem(event.problem).replace(/\.$/, ''));
      return reason === undefined ? undefined : `${event.call} is over: ${reason}.`;
    }
    case 'account.offline':
      return `The account "${event.account}" is not connected${event.problem ? `: ${event.problem.message}` : ''}.`;
    case 'account.online':
      return `The account "${event.account}" is connected.`;
    case 'account.ended':
      return event.problem ? `The account "${event.account}": ${formatProblem(event.problem)}` : undefined;
    default:
      return undefined;
  }
}

/** Whether a call was taken from us. */
export function isCallLost(event: StampedEvent): boolean {
  return event.type === 'call.ended' && ['failed', 'kicked', 'joined-elsewhere'].includes(event.reason);
}

function agoSentence(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** A time, with its day unless it is today's. */
function timeOf(ms: number, nowMs: number): string {
  const [then, now] = [new Date(ms), new Date(nowMs)];
  const time = `at ${then.toLocaleTimeString('en-GB')}`;
  if (then.toDateString() === now.toDateString()) return time;
  return `on ${then.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })} ${time}`;
}
