import type { Observable } from 'rxjs';
import type { AudioFrame } from './frame.js';
import type { GatewayVideo } from './gateway-video.js';
import type { Packet } from './packet.js';

/** How a pulled frame of a participant came to be; `concealed` means that packets were missing. */
export type IncomingQuality = 'audio' | 'concealed' | 'silent';

/** The voice of one participant of a call, as a source node pulls it on its own tick. */
export interface IncomingAudio {
  /** Stable id of the participant inside the call. */
  readonly participantId: string;
  /**
   * Writes the participant's next 20 ms (mono or stereo, 960 samples) into `out`. Synchronous, never throws; with nothing to
   * say it writes silence.
   */
  pull(out: AudioFrame): IncomingQuality;
}

/** Somebody came into, or went out of, the call's incoming audio. */
export type ParticipantChange =
  | { readonly type: 'joined'; readonly participantId: string; readonly audio: IncomingAudio }
  | { readonly type: 'left'; readonly participantId: string };

/**
 * What a node sees of the call its graph is bound to: participants in, packets out. Implemented by the backends in
 * `calls/`; a graph that is bound to no call has none.
 */
export interface Gateway {
  /** The participants that can be heard: on subscribing, one `joined` for each present one, then every change. */
  readonly participants$: Observable<ParticipantChange>;
  /**
   * Sends one packet of the call's outgoing audio. Synchronous; copies what it keeps; drops, and counts, while nobody is
   * connected.
   *
   * @param forParticipantId the only participant who is to hear it (his personal mix, which leaves out his own voice);
   * absent: everybody who has no personal mix.
   */
  sendAudio(packet: Packet, forParticipantId?: string): void;
  /**
   * The participants who both speak and listen, whose own voice must therefore be left out of what they hear: on subscribing
   * the present set, then each new one. Never completes before the call ends.
   */
  readonly personalMixes$: Observable<ReadonlySet<string>>;
  /** The call's pictures; undefined for a call without any. */
  readonly video?: GatewayVideo;
}
