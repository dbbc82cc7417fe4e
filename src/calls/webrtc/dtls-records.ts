/** One record of DTLS 1.2 (RFC 6347, 4.1), as werift's cipher takes it. */
export interface DtlsRecord {
  readonly recordLayerHeader: {
    readonly contentType: number;
    readonly protocolVersion: { readonly major: number; readonly minor: number };
    readonly epoch: number;
    readonly sequenceNumber: number;
    readonly contentLen: number;
  };
  readonly fragment: Buffer;
}

const HEADER_BYTES = 13;
const ALERT = 21;
const HANDSHAKE = 22;
const DATA = 23;
const FINISHED = 20;

/**
 * What of a datagram belongs to a session whose keys are agreed on: alerts, data, and a Finished that is sent again, all encrypted. werift
 * also takes a ClientHello and an alert in the clear, by which anybody who can write the peer's address could end the session.
 *
 * @param open decrypts a record; undefined when it is not authentic.
 * @returns the datagram without everything else; undefined when nothing is left.
 */
export function authenticRecords(datagram: Buffer, open: (record: DtlsRecord) => Buffer | undefined): Buffer | undefined {
  const kept: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= datagram.length;) {
    const contentLen = datagram.readUInt16BE(at + 11);
    const end = at + HEADER_BYTES + contentLen;
    if (end > datagram.length) break;
    const record: DtlsRecord = {
      recordLayerHeader: {
        contentType: datagram[at]!,
        protocolVersion: { major: datagram[at + 1]!, minor: datagram[at + 2]! },
        epoch: datagram.readUInt16BE(at + 3),
        sequenceNumber: datagram.readUIntBE(at + 5, 6),
        contentLen,
      },
      fragment: datagram.subarray(at + HEADER_BYTES, end),
    };
    if (belongs(record, open)) kept.push(datagram.subarray(at, end));
    at = end;
  }
  if (kept.length === 0) return undefined;
  return kept.length === 1 ? kept[0] : Buffer.concat(kept);
}

function belongs(record: DtlsRecord, open: (record: DtlsRecord) => Buffer | undefined): boolean {
  const { contentType, epoch } = record.recordLayerHeader;
  if (epoch === 0 || (contentType !== ALERT && contentType !== HANDSHAKE && contentType !== DATA)) return false;
  const plain = open(record);
  return plain !== undefined && (contentType !== HANDSHAKE || plain[0] === FINISHED);
}
