import type { Api } from 'telegram';
import type { SignallingUpdate } from '../../machines/signalling.js';
import { toUnsigned } from './join-json.js';
import { peerId } from './updates.js';

/** What we know of our own place in a call. */
export interface OwnPlace {
  /** Our audio source, unsigned, from the moment we ask to join. Absent: every row of ours counts. */
  readonly source?: () => number | undefined;
  /** Whether we told the server to be muted. */
  readonly wantsMuted?: () => boolean;
  /** Told what the server says of our sound. */
  readonly onMute?: (mute: OwnMute) => void;
}

/** What the server says of our sound. */
export interface OwnMute {
  readonly muted: boolean;
  /** Whether we may end that. */
  readonly mayUnmute: boolean;
}

/**
 * `unknown`: nothing was told yet; `open`: heard, or muted by ourselves; `forced`: an admin does not let us speak; `asking`: he does again, and
 * the server is to be told that we want to.
 */
type Mute = 'unknown' | 'open' | 'forced' | 'asking';

/** What a call's rows say of ourselves. */
export class OwnRows {
  readonly #own: OwnPlace;
  #id: string | undefined;
  #mute: Mute = 'unknown';

  constructor(own: OwnPlace) {
    this.#own = own;
  }

  /** Whether a row is about us. Rows for everybody (`min`) do not say so: then who it is tells (tdesktop, handleUpdate), or the source (tdlib). */
  owns(row: Api.GroupCallParticipant): boolean {
    const id = peerId(row.peer);
    if (row.self) this.#id = id;
    if (row.self === true || row.min !== true) return row.self === true;
    return id === this.#id || (row.source !== 0 && toUnsigned(row.source) === this.#own.source?.());
  }

  /** What such a row comes to. */
  take(row: Api.GroupCallParticipant): SignallingUpdate[] {
    const source = toUnsigned(row.source);
    if (row.left) return [{ type: 'self.dropped', source }];
    const own = this.#own.source ? this.#own.source() : source;
    // Of an earlier source of ours, or of another device, it says nothing about this one.
    return [{ type: 'self.replaced', source }, ...(own === source ? this.#sound(row) : [])];
  }

  #sound(row: Api.GroupCallParticipant): SignallingUpdate[] {
    const muted = row.muted === true;
    const forced = muted && row.canSelfUnmute !== true;
    this.#own.onMute?.({ muted, mayUnmute: !forced });
    const before = this.#mute;
    if (forced) {
      this.#mute = 'forced';
      return before === 'forced' ? [] : [{ type: 'self.silenced' }];
    }
    if (!muted || this.#own.wantsMuted?.()) {
      this.#mute = 'open';
      return before === 'forced' ? [{ type: 'self.allowed' }] : [];
    }
    if (before === 'open') return [{ type: 'self.muted' }];
    // Who may speak again is muted still, until he says that he wants to. Once: a server that says no is not asked again and again.
    this.#mute = 'asking';
    return before === 'asking' ? [] : [{ type: 'self.allowed' }];
  }
}
