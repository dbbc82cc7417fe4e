/** Most bytes of payload in one RTP packet: with headers, retransmission and encryption it stays under 1,232 bytes, which every path takes. */
export const MAX_PAYLOAD_BYTES = 1160;

/** What an RTP payload of video holds. */
export interface VideoPart {
  /** Its bytes of the frame. A view of the packet, or bytes of its own. */
  readonly data: readonly Uint8Array[];
  /** A frame can begin here. */
  readonly begins: boolean;
  /** It begins a key frame. */
  readonly key: boolean;
}
