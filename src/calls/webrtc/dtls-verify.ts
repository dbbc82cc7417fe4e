import { createPublicKey, verify, X509Certificate } from 'node:crypto';

const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;
/** Hash functions by their number in TLS 1.2 (RFC 5246, 7.4.1.4.1). */
const HASHES: Readonly<Record<number, string>> = { 2: 'sha1', 4: 'sha256', 5: 'sha384', 6: 'sha512' };

/** One handshake message as werift keeps it. */
export interface HandshakeRecord {
  readonly msg_type: number;
  readonly fragment: Buffer;
  serialize(): Buffer;
}

/**
 * Checks the client's CertificateVerify (RFC 5246, 7.4.8): that the peer owns the private key of the certificate it showed.
 * werift compares the certificate's fingerprint but reads over this message, so anybody who has seen the (public)
 * certificate could pose as its owner.
 *
 * @param transcript the handshake messages in order, up to at least CertificateVerify.
 * @param certificate the client's certificate, DER.
 */
export function provesPossession(transcript: readonly HandshakeRecord[], certificate: Buffer): boolean {
  const at = transcript.findIndex((message) => message.msg_type === CERTIFICATE_VERIFY);
  const message = transcript[at];
  if (!message || message.fragment.length < 4) return false;
  const hash = HASHES[message.fragment[0]!];
  const length = message.fragment.readUInt16BE(2);
  if (!hash || message.fragment.length < 4 + length) return false;
  const signed = Buffer.concat(
    transcript
      .slice(0, at)
      .filter((m) => m.msg_type !== FINISHED)
      .map((m) => m.serialize()),
  );
  try {
    const key = createPublicKey(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }));
    return verify(hash, signed, key, message.fragment.subarray(4, 4 + length));
  } catch {
    return false;
  }
}
