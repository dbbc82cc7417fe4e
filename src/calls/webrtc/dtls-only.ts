import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCDtlsTransport,
  type RTCIceTransport,
} from 'werift';
import { authenticRecords } from './dtls-records.js';
import { provesPossession, type HandshakeRecord } from './dtls-verify.js';
import { SRTP_LENGTHS, type SrtpProfile } from './srtp-keys.js';
import type { SrtpMasterKeys } from './transport-types.js';

const ALERT = 21;
const CLOSE_NOTIFY = Buffer.from([1, 0]);
const PROFILES: Readonly<Record<number, SrtpProfile>> = {
  [ProtectionProfileAeadAes128Gcm]: 'AEAD_AES_128_GCM',
  [ProtectionProfileAes128CmHmacSha1_80]: 'AES_CM_128_HMAC_SHA1_80',
};

/**
 * werift's DTLS, always as the server, without its SRTP (RTP and RTCP are ours, so nothing is decrypted a second time) and
 * with what it leaves out.
 */
export class DtlsOnly extends RTCDtlsTransport {
  constructor(ice: RTCIceTransport) {
    super({}, ice, undefined, [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80]);
    this.role = 'server';
  }

  override startSrtp(): void {}

  /** Whether the peer has shown that the certificate with the agreed fingerprint is its own. After the handshake. */
  get peerIsProven(): boolean {
    const certificate = this.dtls?.remoteCertificate;
    const transcript = (this.dtls?.dtls.sortedHandshakeCache ?? []) as unknown as readonly HandshakeRecord[];
    return certificate !== undefined && provesPossession(transcript, certificate);
  }

  /** The SRTP master keys, or undefined when no profile was agreed on. After the handshake. */
  exportKeys(): SrtpMasterKeys | undefined {
    const profile = PROFILES[this.dtls?.srtp.srtpProfile ?? 0];
    if (!this.dtls || !profile) return undefined;
    const { key, salt } = SRTP_LENGTHS[profile];
    const { localKey, localSalt, remoteKey, remoteSalt } = this.dtls.extractSessionKeys(key, salt);
    return { profile, localKey, localSalt, remoteKey, remoteSalt };
  }

  /** What of a datagram may go to werift: before the keys are agreed on everything, later what is authentic. */
  admit(datagram: Buffer): Buffer | undefined {
    const socket = this.dtls;
    if (!socket || this.state !== 'connected') return datagram;
    return authenticRecords(datagram, (record) => {
      try {
        return socket.cipher.decryptPacket(record as never);
      } catch {
        return undefined;
      }
    });
  }

  /** Tells the peer that this is the end. werift can send only application data: the type is set right before encryption. */
  sendCloseNotify(): void {
    const socket = this.dtls;
    if (!socket || this.state !== 'connected') return;
    const { cipher } = socket;
    const encrypt = cipher.encryptPacket.bind(cipher);
    cipher.encryptPacket = (packet) => {
      packet.recordLayerHeader.contentType = ALERT;
      return encrypt(packet);
    };
    socket.send(CLOSE_NOTIFY).catch(() => {});
    cipher.encryptPacket = encrypt;
  }

  /** A handshake that is cut short would otherwise go on retransmitting for half a minute. */
  abandonHandshake(): void {
    const context = this.dtls?.dtls;
    if (context) context.flight = 99;
  }
}
