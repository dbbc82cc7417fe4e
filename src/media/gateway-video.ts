import type { Observable } from 'rxjs';
import type { Packet } from './packet.js';

/** Which of its two videos a call means: a participant's camera (or a film that is played), or a shared screen. */
export type VideoPurpose = 'camera' | 'screen';

/** One of up to three sizes in which a call is sent the same picture: as it is, or with half or a quarter of its width and height. */
export type VideoSize = 'full' | 'half' | 'quarter';

/** One video of a participant of a call, still encoded. */
export interface IncomingVideo {
  /** Stable id of the participant inside the call. */
  readonly participantId: string;
  /** Camera or screen. */
  readonly purpose: VideoPurpose;
  /**
   * Its frames, each complete and in the order of decoding, as they come, between ticks; `ptsUs` is when the frame is due, on the clock of
   * the scheduler, in step with the participant's sound. Borrowed: who keeps one copies it. VP8 as RFC 7741 reassembles it, H.264 as Annex B access units with the
   * parameter sets before each key frame. What follows a loss may be undecodable until the next key frame. Completes when the video ends.
   */
  readonly packets$: Observable<Packet>;
  /** Whether pictures may be shown in another order than they are decoded in (B-frames), as films are; those of calls never are. */
  readonly reorders?: true;
  /** Asks the sender for a key frame (PLI or FIR). Cheap; the backend paces what it sends. */
  requestKeyFrame(): void;
}

/** A video came into, or went out of, the call. */
export type VideoChange =
  | { readonly type: 'joined'; readonly video: IncomingVideo }
  | { readonly type: 'left'; readonly participantId: string; readonly purpose: VideoPurpose };

/** What the receivers of a call's outgoing video want of whoever encodes it. */
export type VideoDemand =
  /** Somebody joined, or lost frames that cannot be repaired: the next frame shall be a key frame. */
  | { readonly type: 'key-frame'; readonly purpose: VideoPurpose }
  /** The network takes so much, in kbit/s, for this video alone, or for one size of it; absent: as it is. */
  | { readonly type: 'bitrate'; readonly purpose: VideoPurpose; readonly size?: VideoSize; readonly bitrateKbps: number };

/** The pictures of a call, as far as its backend has any. */
export interface GatewayVideo {
  /** The videos of the participants: on subscribing, one `joined` for each present one, then every change. */
  readonly videos$: Observable<VideoChange>;
  /** What the receivers want, as it comes. An encoder that feeds the call obeys. */
  readonly demands$: Observable<VideoDemand>;
  /**
   * Sends one encoded frame (see {@link IncomingVideo.packets$} for its form) to everybody. Comes between ticks too. Synchronous; copies
   * what it keeps; drops, and counts, while nobody is connected or the receivers do not take the packet's codec.
   *
   * @param size which of its sizes it is (default `full`); a call that takes one only passes over the smaller ones.
   */
  send(packet: Packet, purpose: VideoPurpose, size?: VideoSize): void;
  /** The codecs all present receivers take, the best first; empty while nobody is there. */
  codecs(purpose: VideoPurpose): readonly ('vp8' | 'h264')[];
}
