import type { CallActor, CallSnapshot } from '../machines/call.js';
import type { Scheduler, Ticker } from '../time/scheduler.js';

/** Others see for some seconds that somebody speaks, so it is said again (tdlib: every 4 s). */
const AGAIN_US = 4_000_000;

/** Says that we speak for as long as a call sends sound that others may hear. */
export function tellSpeaking(actor: CallActor, scheduler: Scheduler, say: (signal: AbortSignal) => Promise<void>): void {
  const over = new AbortController();
  let ticker: Ticker | undefined;
  const look = (snapshot: CallSnapshot): void => {
    const sends = snapshot.matches({ attempt: { live: { audio: { playback: 'playing', permission: 'allowed' } } } });
    const speaks = sends && snapshot.context.self.muted !== true;
    if (speaks) ticker ??= scheduler.every({ periodUs: AGAIN_US, lenient: true, onTick: () => void say(over.signal) });
    else {
      ticker?.stop();
      ticker = undefined;
    }
  };
  const end = (): void => {
    ticker?.stop();
    over.abort();
  };
  actor.subscribe({ next: look, complete: end, error: end });
}
