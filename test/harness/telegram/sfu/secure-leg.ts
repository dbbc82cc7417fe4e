import {
  Event,
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  type RTCIceTransport,
} from 'werift';
import { SRTP_LENGTHS, deriveSessionKeys, type SrtpProfile } from '../../../../src/calls/webrtc/srtp-keys.js';
import { SrtpCipher } from '../../../../src/calls/webrtc/srtp-cipher.js';
import { SrtpReceiver } from '../../../../src/calls/webrtc/srtp-receiver.js';

const PROFILES: Readonly<Record<number, SrtpProfile>> = {
  [ProtectionProfileAeadAes128Gcm]: 'AEAD_AES_128_GCM',
  [ProtectionProfileAes128CmHmacSha1_80]: 'AES_CM_128_HMAC_SHA1_80',
};

const ALERT = 21;

/** Ciphers of both directions. */
export interface SrtpPair {
  readonly out: SrtpCipher;
  readonly in: SrtpReceiver;
}

/** What a leg tells. */
export interface LegEvents {
  ready(srtp: SrtpPair): void;
  ended(reason: string): void;
}

/** Without werift's own SRTP. */
class DtlsWithoutMedia extends RTCDtlsTransport {
  override startSrtp(): void {}
}

/** The SFU's side of one client's DTLS: it is always the client there, as the answer says. */
export class SecureLeg {
  readonly dtls: RTCDtlsTransport;
  readonly #data = new Event<[Buffer]>();
  readonly #on: LegEvents;
  #started = false;
  #closed = false;

  /**
   * @param send brings a datagram to the client.
   * @param fingerprint of the client's certificate, as it told at the join.
   */
  constructor(send: (datagram: Buffer) => void, fingerprint: string, on: LegEvents) {
    this.#on = on;
    const connection = { onData: this.#data, send: async (data: Buffer) => send(data), close: async () => {} };
    const ice = { connection, role: 'controlled', stop: async () => {} } as unknown as RTCIceTransport;
    const profiles = [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80];
    this.dtls = new DtlsWithoutMedia({}, ice, undefined, profiles);
    this.dtls.role = 'client';
    this.dtls.setRemoteParams(new RTCDtlsParameters([new RTCDtlsFingerprint('sha-256', fingerprint)], 'server'));
    this.dtls.onStateChange.subscribe((state) => {
      if (state === 'closed') this.#end('the client closed');
    });
  }

  /** Begins the handshake; once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.dtls.start().then(
      () => this.#on.ready(this.#srtp()),
      (error: unknown) => this.#end(`the handshake failed: ${String(error)}`),
    );
  }

  /** Takes a DTLS datagram of the client. */
  receive(datagram: Buffer): void {
    try {
      this.#data.execute(datagram);
    } catch {
      // A client that sends rubbish hurts nobody else.
    }
  }

  /** Tells the client that this is the end: an alert, where werift can send application data only. */
  sendCloseNotify(): void {
    const socket = this.dtls.dtls;
    if (!socket) return;
    const encrypt = socket.cipher.encryptPacket.bind(socket.cipher);
    socket.cipher.encryptPacket = (packet) => {
      packet.recordLayerHeader.contentType = ALERT;
      return encrypt(packet);
    };
    void socket.send(Buffer.from([1, 0])).catch(() => {});
    socket.cipher.encryptPacket = encrypt;
  }

  close(): void {
    this.#closed = true;
    const context = this.dtls.dtls?.dtls;
    // Ends the retransmissions of a handshake that is under way.
    if (context) context.flight = 99;
    void this.dtls.stop().catch(() => {});
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#on.ended(reason);
  }

  #srtp(): SrtpPair {
    const { dtls } = this.dtls;
    const profile = PROFILES[dtls!.srtp.srtpProfile ?? 0]!;
    const { key, salt } = SRTP_LENGTHS[profile];
    const { localKey, localSalt, remoteKey, remoteSalt } = dtls!.extractSessionKeys(key, salt);
    return {
      out: new SrtpCipher(deriveSessionKeys(profile, localKey, localSalt)),
      in: new SrtpReceiver(new SrtpCipher(deriveSessionKeys(profile, remoteKey, remoteSalt))),
    };
  }
}
