// Keeps a connection up for as long as it is wanted.
import { RefusedError } from './whip-whep.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3000;

/**
 * @param {(how: { signal: AbortSignal, onLost: (reason: string) => void }) => Promise<{ close(): void }>} open makes a connection
 * @param {(state: 'off' | 'wait' | 'on', problem?: string) => void} onState told every change
 */
export function keepConnected(open, onState) {
  // The present wish; a later one is another object, so that what an older one still brings is known to be outdated.
  let wish;

  const keep = async (mine) => {
    let failures = 0;
    while (wish === mine) {
      mine.renewed = false;
      const outcome = await once(mine);
      if (wish !== mine) return;
      if (outcome.final) {
        wish = undefined;
        onState('off', outcome.reason);
        return;
      }
      failures = outcome.wasOn || mine.renewed ? 0 : failures + 1;
      onState('wait', mine.renewed ? undefined : `${capital(outcome.reason)}; trying again …`);
      if (!mine.renewed) await pause(mine, outcome.retryAfterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS));
    }
  };

  const once = async (mine) => {
    mine.abort = new AbortController();
    try {
      const lost = new Promise((resolve) => (mine.lose = resolve));
      const connection = await open({ signal: mine.abort.signal, onLost: mine.lose });
      mine.abort.signal.addEventListener('abort', () => connection.close());
      if (wish === mine) onState('on');
      return { wasOn: true, reason: await lost };
    } catch (error) {
      const final = !(error instanceof RefusedError) || error.final;
      return { wasOn: false, reason: error.message, final: final && !mine.renewed, retryAfterMs: error.retryAfterMs };
    }
  };

  const drop = (mine) => {
    mine.abort.abort();
    mine.lose?.('');
    mine.wake?.();
  };

  return {
    /** Whether it is on, or being tried. */
    get wanted() {
      return wish !== undefined;
    },
    start() {
      if (wish) return;
      wish = {};
      onState('wait');
      void keep(wish);
    },
    stop() {
      if (!wish) return;
      const left = wish;
      wish = undefined;
      drop(left);
      onState('off');
    },
    /** Connects anew, at once, if it is wanted. */
    renew() {
      if (!wish) return;
      wish.renewed = true;
      drop(wish);
    },
  };
}

function pause(wish, ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wish.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
