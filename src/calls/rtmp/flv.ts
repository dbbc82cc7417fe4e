/** Types of NAL units of H.264 (ITU-T H.264, table 7-1). */
const [IDR, SPS, PPS, DELIMITER] = [5, 7, 8, 9];

/** The bodies of FLV's tags (Adobe's FLV specification 10.1, annex E), as RTMP carries them. Sound is AAC, pictures are H.264. */
export const flv = {
  /** What is told before the first sound: the AudioSpecificConfig. */
  audioHeader: (config: Uint8Array): Buffer => Buffer.concat([Buffer.of(0xaf, 0), config]),
  /** A packet of AAC. */
  audio: (packet: Uint8Array): Buffer => Buffer.concat([Buffer.of(0xaf, 1), packet]),
  /** What is told before the first picture, and again when it changes. */
  videoHeader: ({ sps, pps }: ParameterSets): Buffer => Buffer.concat([Buffer.of(0x17, 0, 0, 0, 0), configRecord(sps, pps)]),
  /** An access unit; decoded in the order of showing. */
  video: (units: readonly Buffer[], key: boolean): Buffer => {
    const parts = units.flatMap((unit) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(unit.length);
      return [length, unit];
    });
    return Buffer.concat([Buffer.of(key ? 0x17 : 0x27, 1, 0, 0, 0), ...parts]);
  },
};

/** What a decoder of H.264 must know beforehand. */
export interface ParameterSets {
  readonly sps: Buffer;
  readonly pps: Buffer;
}

/** An access unit, taken apart. */
export interface AccessUnit {
  /** Its parts but parameter sets and delimiters. */
  readonly units: readonly Buffer[];
  readonly sets: ParameterSets | undefined;
  readonly key: boolean;
}

/** Takes an access unit in Annex B form apart. */
export function readAccessUnit(data: Buffer): AccessUnit {
  const units: Buffer[] = [];
  let [sps, pps]: (Buffer | undefined)[] = [];
  let key = false;
  for (const unit of nalUnits(data)) {
    const type = unit[0]! & 31;
    if (type === SPS) sps = unit;
    else if (type === PPS) pps = unit;
    else if (type !== DELIMITER) units.push(unit);
    key ||= type === IDR;
  }
  return { units, sets: sps && pps && { sps, pps }, key };
}

function* nalUnits(data: Buffer): Generator<Buffer> {
  const marker = Buffer.of(0, 0, 1);
  let start = data.indexOf(marker);
  while (start >= 0) {
    const from = start + 3;
    const next = data.indexOf(marker, from);
    let end = next < 0 ? data.length : next;
    // A marker of four bytes, and zeros that may stand behind a unit.
    while (end > from && data[end - 1] === 0) end--;
    if (end > from) yield data.subarray(from, end);
    start = next;
  }
}

/** The AVCDecoderConfigurationRecord (ISO/IEC 14496-15), with lengths of four bytes. */
function configRecord(sps: Buffer, pps: Buffer): Buffer {
  const length = (bytes: Buffer): Buffer => Buffer.of(bytes.length >> 8, bytes.length & 255);
  return Buffer.concat([Buffer.of(1, sps[1]!, sps[2]!, sps[3]!, 0xff, 0xe1), length(sps), sps, Buffer.of(1), length(pps), pps]);
}
