/**
 * WebRTC peers: ICE and DTLS by werift, everything above by ourselves.
 * @module
 */
export { JitterBuffer } from './jitter-buffer.js';
export type { JitterBufferOptions, JitterBufferStats } from './jitter-stats.js';
export type { MediaParams, VideoCodecParams, VideoParams } from './media-params.js';
export { createPeer, type IncomingChange, type PeerOptions, type PeerState, type PeerStats, type WebRtcPeer } from './peer.js';
export type { IncomingVideoChange, PeerVideoDemand, PeerVideoStats } from './video/peer-video.js';
export type { Timers } from './timers.js';
export type { FingerprintParams, IceCandidateParams, TransportParams } from './transport-params.js';
export type { NetworkHook } from './udp-port.js';
