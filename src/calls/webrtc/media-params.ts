import type { VideoPurpose } from '../../media/gateway-video.js';
import type { ExtensionIds } from './rtp-extensions.js';

/** What both sides agreed on for the audio, free of any notation. */
export interface MediaParams {
  /** RTP payload type of Opus; −1 in a session without audio. */
  readonly payloadType: number;
  /** Header extensions that may be sent and read. */
  readonly extensions: ExtensionIds;
  /** Header extension in which the other side numbers what it sends, over all its streams; it is told what came of that. Only read. */
  readonly numberedBy?: number;
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

/** One codec of a video, as both sides take it. */
export interface VideoCodecParams {
  /** How frames are encoded; H.264 with packetization-mode 1 (RFC 6184). */
  readonly codec: 'vp8' | 'h264';
  /** RTP payload type. */
  readonly payloadType: number;
  /** Payload type of its retransmissions (RFC 4588); absent: the same packet is sent again. */
  readonly rtxPayloadType?: number;
  /** Parameters, as they are written in SDP. */
  readonly fmtp?: string;
}

/** What both sides agreed on for one video, free of any notation. */
export interface VideoParams {
  /** Camera, or screen. */
  readonly purpose: VideoPurpose;
  /** What may be sent, the best first. */
  readonly codecs: readonly VideoCodecParams[];
  /** Header extensions that may be sent and read. */
  readonly extensions: ExtensionIds;
  /** Lost packets may be asked for again (RFC 4585). */
  readonly nack: boolean;
  /** Key frames may be asked for by PLI (RFC 4585). */
  readonly pli: boolean;
  /** Key frames may be asked for by FIR (RFC 5104). */
  readonly fir: boolean;
  /** The receiver may tell a bit rate (REMB). */
  readonly remb: boolean;
  /** The receiver tells when each packet came (transport-wide congestion control). */
  readonly transportCc: boolean;
  /** We send it. */
  readonly send: boolean;
  /** We take it. */
  readonly receive: boolean;
  /** The section's name, if the session has sections. */
  readonly mid?: string;
  /** SSRCs the other side said it sends with, retransmissions included; others are told apart by the mid extension. */
  readonly ssrcs: readonly number[];
  /** Whose it is, where a connection carries the videos of many; then only the SSRCs tell. */
  readonly participantId?: string;
  /** The SSRCs we send it with; absent: those of the connection. */
  readonly own?: { readonly ssrc: number; readonly rtxSsrc: number };
  /** Which of several sizes of the same picture we send it is, from the smallest, 0; default 0. */
  readonly layer?: number;
}
