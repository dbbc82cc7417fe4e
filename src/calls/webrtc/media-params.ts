import type { ExtensionIds } from './rtp-extensions.js';

/** What both sides agreed on for the audio, free of any notation. */
export interface MediaParams {
  /** RTP payload type of Opus. */
  readonly payloadType: number;
  /** Header extensions that may be sent and read. */
  readonly extensions: ExtensionIds;
  /** Lost packets may be asked for again. */
  readonly nack: boolean;
  /** Retransmission as a stream of its own, by payload type; absent: the same packet is sent again. */
  readonly rtxPayloadType?: number;
  /** We send audio. */
  readonly send: boolean;
  /** We take audio. */
  readonly receive: boolean;
  /** The section's name, if the session has sections. */
  readonly mid?: string;
}
