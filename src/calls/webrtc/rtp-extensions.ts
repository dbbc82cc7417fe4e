import { RTP_HEADER_BYTES, type RtpHeaderView } from './rtp.js';

/** The header extensions this project can send and read, by their negotiated ids (1…14); absent: not negotiated. */
export interface ExtensionIds {
  /** RFC 6464: loudness of the packet. */
  readonly audioLevel?: number;
  /** RFC 8843: which section of the session the packet belongs to. */
  readonly mid?: number;
  /** When the packet was sent, in 1/2¹⁸ s modulo 64 s (WebRTC's abs-send-time). */
  readonly absSendTime?: number;
  /** Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
  readonly transportCc?: number;
  /** How the colours of a video are coded (WebRTC's color-space): read only. */
  readonly colorSpace?: number;
}

/** The URI of each extension, as SDP's `extmap` and Telegram's `rtp-hdrexts` name it. */
export const EXTENSION_URIS: Readonly<Record<keyof ExtensionIds, string>> = {
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  colorSpace: 'http://www.webrtc.org/experiments/rtp-hdrext/color-space',
};

const ONE_BYTE_PROFILE = 0xbede;
/** Louder than this counts as voice in the level's V bit. */
const VOICE_ABOVE_DBOV = -60;
/** A packet of unknown level must not look silent: servers use the level to choose whom to forward. */
const UNKNOWN_LEVEL_DBOV = -20;

/**
 * Finds the element `id` in a one-byte header extension (RFC 8285, 4.2).
 *
 * @returns the offset of its first data byte, or −1.
 */
export function findExtension(data: Buffer, header: RtpHeaderView, id: number): number {
  if (header.extensionProfile !== ONE_BYTE_PROFILE) return -1;
  let at = header.extensionOffset;
  const end = header.payloadOffset;
  while (at < end) {
    const byte = data[at]!;
    if (byte === 0) {
      at++;
      continue;
    }
    const elementId = byte >> 4;
    if (elementId === 15) return -1;
    const length = (byte & 0x0f) + 1;
    if (at + 1 + length > end) return -1;
    if (elementId === id) return at + 1;
    at += 1 + length;
  }
  return -1;
}

/** The level of RFC 6464 in dBov, −127…0, or undefined when the packet has none. */
export function readAudioLevel(data: Buffer, header: RtpHeaderView, id: number | undefined): number | undefined {
  if (id === undefined) return undefined;
  const at = findExtension(data, header, id);
  return at < 0 ? undefined : -(data[at]! & 0x7f);
}

/** What changes from packet to packet of one stream. */
export interface RtpHeaderFields {
  sequence: number;
  timestamp: number;
  marker: boolean;
  /** −127…0; undefined is sent as an ordinary speech level. */
  levelDbov: number | undefined;
  /** Wall clock for abs-send-time, microseconds. */
  wallUs: number;
  /** Transport-wide sequence number. */
  transportSequence: number;
  /** Absent: that of the stream. */
  payloadType?: number | undefined;
}

/** Writes the headers of one outgoing stream: everything constant is laid out once, so a packet costs a copy and some stores. */
export class RtpHeaderWriter {
  /** Length of every header it writes. */
  readonly bytes: number;
  readonly #template: Buffer;
  readonly #levelAt: number;
  readonly #sendTimeAt: number;
  readonly #transportCcAt: number;
  readonly #payloadType: number;

  /**
   * @param stream the stream's constants.
   * @param ids negotiated extension ids; only these are written.
   * @param mid value of the mid extension, at most 16 ASCII characters; ignored without `ids.mid`.
   */
  constructor(stream: { payloadType: number; ssrc: number }, ids: ExtensionIds = {}, mid = '') {
    const elements: number[] = [];
    const start = RTP_HEADER_BYTES + 4;
    const add = (id: number | undefined, length: number): number => {
      if (id === undefined || length === 0) return -1;
      elements.push((id << 4) | (length - 1));
      const at = start + elements.length;
      for (let i = 0; i < length; i++) elements.push(0);
      return at;
    };
    this.#levelAt = add(ids.audioLevel, 1);
    this.#sendTimeAt = add(ids.absSendTime, 3);
    this.#transportCcAt = add(ids.transportCc, 2);
    const midAt = add(ids.mid, Math.min(mid.length, 16));
    while (elements.length % 4 !== 0) elements.push(0);

    this.#payloadType = stream.payloadType;
    this.bytes = elements.length > 0 ? start + elements.length : RTP_HEADER_BYTES;
    this.#template = Buffer.alloc(this.bytes);
    this.#template[0] = elements.length > 0 ? 0x90 : 0x80;
    this.#template.writeUInt32BE(stream.ssrc >>> 0, 8);
    if (elements.length > 0) {
      this.#template.writeUInt16BE(ONE_BYTE_PROFILE, RTP_HEADER_BYTES);
      this.#template.writeUInt16BE(elements.length / 4, RTP_HEADER_BYTES + 2);
      Buffer.from(elements).copy(this.#template, start);
      if (midAt >= 0) this.#template.write(mid.slice(0, 16), midAt, 'latin1');
    }
  }

  /** Writes one header at the start of `out`. */
  write(out: Buffer, fields: RtpHeaderFields): void {
    this.#template.copy(out);
    out[1] = (fields.payloadType ?? this.#payloadType) | (fields.marker ? 0x80 : 0);
    out.writeUInt16BE(fields.sequence, 2);
    out.writeUInt32BE(fields.timestamp, 4);
    if (this.#levelAt >= 0) {
      const level = Math.max(-127, Math.min(0, Math.round(fields.levelDbov ?? UNKNOWN_LEVEL_DBOV)));
      out[this.#levelAt] = -level | (level > VOICE_ABOVE_DBOV ? 0x80 : 0);
    }
    if (this.#sendTimeAt >= 0) out.writeUIntBE(absSendTime(fields.wallUs), this.#sendTimeAt, 3);
    if (this.#transportCcAt >= 0) out.writeUInt16BE(fields.transportSequence & 0xffff, this.#transportCcAt);
  }
}

/** Microseconds as abs-send-time has it: 6 bits of seconds, 18 bits of fraction. */
export function absSendTime(wallUs: number): number {
  return Math.floor(((wallUs % 64_000_000) / 1e6) * 262_144) & 0xffffff;
}
