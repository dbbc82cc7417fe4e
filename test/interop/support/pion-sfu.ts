import type { SfuPlace } from '../../harness/telegram/world/world.js';
import { ForeignPeer } from './foreign-peer.js';
import type { StackSfu } from './telegram-stack.js';

/** What Pion saw of one stream of a client. */
export interface PionStream {
  readonly packets: number;
  /** Packets of retransmissions. */
  readonly again: number;
  /** Packets that it let fall. */
  readonly lost: number;
  /** How many packets had each payload type, and each header extension. */
  readonly payloadTypes: Readonly<Record<string, number>>;
  readonly extensions: Readonly<Record<string, number>>;
  /** How many packets told each loudness, in dB below full scale. */
  readonly levels: Readonly<Record<string, number>>;
  /** Packets of Opus, in base64. */
  readonly opus: readonly string[] | null;
  /** Whole frames of VP8, in base64. */
  readonly frames: readonly string[] | null;
}

/** What Pion saw of a client. */
export interface PionView {
  /** By source. */
  readonly streams: Readonly<Record<string, PionStream>>;
  readonly profile: string;
  /** Label and stream of the data channel. */
  readonly channel: string;
  readonly messages: readonly string[] | null;
  readonly problem: string;
  readonly reports: {
    readonly senderReports: number;
    readonly receiverReports: number;
    readonly nacks: number;
    readonly plis: number;
    readonly feedbacks: number;
    /** Packets that the client said had come, and had not. */
    readonly toldCame: number;
    readonly toldLost: number;
    readonly cname: string;
  };
}

/** A media server for group calls that is none of ours: Pion's ICE, DTLS, SRTP, SCTP, NACK and feedback, in a process of its own. */
export class PionSfu implements StackSfu {
  readonly violations: string[] = [];
  readonly #peer: ForeignPeer;
  readonly #joined = new Set<string>();

  /** @param program what `test/interop/pion` was built to. */
  constructor(program: string) {
    this.#peer = new ForeignPeer(program, []);
  }

  get size(): number {
    return this.#joined.size;
  }

  async join(place: SfuPlace, params: string): Promise<string> {
    const user = key(place);
    const { answer } = await this.#peer.ask<{ answer: string }>('join', { user, params });
    this.#joined.add(user);
    return answer;
  }

  leave(place: SfuPlace): void {
    const user = key(place);
    void this.#peer.ask('leave', { user }).finally(() => this.#joined.delete(user));
  }

  /** What came of a client so far. */
  seen(place: Omit<SfuPlace, 'source'>): Promise<PionView> {
    return this.#peer.ask('seen', { user: key(place) });
  }

  /** Lets every n-th packet of a client's pictures fall; 0: none. */
  async lose(place: Omit<SfuPlace, 'source'>, loseEvery: number): Promise<void> {
    await this.#peer.ask('lose', { user: key(place), loseEvery });
  }

  /** Says something to a client over the data channel. */
  async say(place: Omit<SfuPlace, 'source'>, message: object): Promise<void> {
    await this.#peer.ask('say', { user: key(place), text: JSON.stringify(message) });
  }

  close(): Promise<void> {
    return this.#peer.close();
  }
}

const key = ({ call, user, presentation }: Omit<SfuPlace, 'source'>): string => `${call} ${user} ${presentation}`;
