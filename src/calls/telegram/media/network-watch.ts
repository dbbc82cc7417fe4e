import { untilBeatMs } from '../../../time/phase.js';
import type { TransportEvent } from '../../../machines/transport.js';
import type { Timers } from '../../webrtc/index.js';

/** What a connection tells about its network. */
export interface NetworkView {
  /** When anything was heard last, in microseconds. */
  readonly lastHeardUs: number;
  /** Share of our packets that the server reported lost, 0…1; undefined before its first report. */
  readonly fractionLost: number | undefined;
}

const LOOK_MS = 500;
/** A connection is asked whether it lives from 2.5 s of silence on, every second: twice without an answer is no chance. */
const LOST_US = 4_500_000;
const [DEGRADED_FROM, GOOD_BELOW] = [0.1, 0.03];

/** Looks how a connection's network does, and tells each change once. Begins with a good one. */
export class NetworkWatch {
  readonly #timers: Timers;
  readonly #look: () => NetworkView;
  readonly #tell: (event: TransportEvent) => void;
  #state: 'good' | 'degraded' | 'lost' = 'good';
  #cancel: () => void = () => {};

  constructor(timers: Timers, look: () => NetworkView, tell: (event: TransportEvent) => void) {
    this.#timers = timers;
    this.#look = look;
    this.#tell = tell;
    this.#wait();
  }

  /** Ends it. */
  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    this.#cancel = this.#timers.after(untilBeatMs(this.#timers.nowUs(), LOOK_MS), () => {
      this.#become(this.#judge());
      this.#wait();
    });
  }

  #judge(): 'good' | 'degraded' | 'lost' {
    const { lastHeardUs, fractionLost = 0 } = this.#look();
    if (this.#timers.nowUs() - lastHeardUs >= LOST_US) return 'lost';
    if (fractionLost >= DEGRADED_FROM) return 'degraded';
    return this.#state === 'degraded' && fractionLost >= GOOD_BELOW ? 'degraded' : 'good';
  }

  #become(state: 'good' | 'degraded' | 'lost'): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell({ type: state === 'good' ? 'network.recovered' : `network.${state}` });
  }
}
