import { OggFile } from './ogg-file.js';
import { OGG_HEADER_BYTES, type OggPage } from './ogg-page.js';
import { opusPacketSamples } from './packet-frames.js';

/** A seek looks through so much of the file page by page, when it has come near. */
const NEAR_BYTES = 131_072;
/** The last of a packet's pieces is shorter than this. */
const WHOLE_SEGMENT = 255;

/** The packets of an Opus stream that is alone in an Ogg file (RFC 7845). */
export class OggOpusReader {
  readonly #file: OggFile;
  readonly #serial: number;
  readonly #preSkip: number;
  readonly #dataAt: number;
  #page: OggPage | undefined;
  #segment = 0;
  /** Where in the page's bytes the next segment begins. */
  #offset = 0;
  /** What the page before holds of a packet that goes on. */
  #begun: Uint8Array[] = [];
  /** A packet that goes on began where nobody looked, or on a page that is lost. */
  #headless = false;
  #placed = false;
  /** Where the first packet after opening or a seek begins, in samples; below 0 in the pre-skip. */
  position: number;

  private constructor(file: OggFile, serial: number, preSkip: number, dataAt: number) {
    this.#file = file;
    this.#serial = serial;
    this.#preSkip = preSkip;
    this.#dataAt = dataAt;
    this.position = -preSkip;
  }

  /**
   * Opens a file, which was found to hold Opus alone.
   *
   * @param preSkip samples that a decoder gives before the first that counts.
   * @returns undefined where anything is unusual: several streams, one behind the other or side by side, one that does not begin at 0.
   * @throws as node:fs does.
   */
  static open(path: string, preSkip: number): OggOpusReader | undefined {
    const file = new OggFile(path);
    try {
      const reader = OggOpusReader.#usual(file, preSkip);
      if (!reader) file.close();
      return reader;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  static #usual(file: OggFile, preSkip: number): OggOpusReader | undefined {
    const { serial } = file.last() ?? {};
    file.seek(0);
    const head = file.next();
    if (!head || !head.first || file.pageAt !== 0 || head.serial !== serial) return undefined;
    // The second packet, the tags, ends with its page; sound begins on the next.
    for (let page = file.next(); page; page = file.next()) {
      if (page.serial !== serial || page.first) return undefined;
      if (page.bytes[OGG_HEADER_BYTES + page.segments - 1] === WHOLE_SEGMENT) continue;
      const dataPage = file.next();
      if (!dataPage || dataPage.serial !== serial || dataPage.continued || dataPage.granule < 0) return undefined;
      const reader = new OggOpusReader(file, serial, preSkip, file.pageAt);
      const samples = samplesOf(dataPage);
      // A stream of one page may end before its last packet does.
      if (samples !== dataPage.granule && !(dataPage.last && dataPage.granule < samples)) return undefined;
      reader.#begin(reader.#dataAt);
      reader.#placed = true;
      return reader;
    }
    return undefined;
  }

  /**
   * The next packet, in memory that is not written to again; undefined at the end.
   *
   * @throws as node:fs does.
   */
  read(): Uint8Array | undefined {
    for (;;) {
      const page = this.#page;
      if (!page || this.#segment === page.segments) {
        if (!this.#nextPage()) return undefined;
        continue;
      }
      const start = this.#offset;
      let length: number;
      do {
        length = page.bytes[OGG_HEADER_BYTES + this.#segment++]!;
        this.#offset += length;
      } while (length === WHOLE_SEGMENT && this.#segment < page.segments);
      const { bytes } = page;
      const part = new Uint8Array(bytes.buffer, bytes.byteOffset + start, this.#offset - start);
      if (this.#headless) this.#headless = length === WHOLE_SEGMENT;
      else if (length === WHOLE_SEGMENT) this.#begun.push(part);
      else if (this.#begun.length > 0) return this.#joined(part);
      else if (part.length > 0) return part;
    }
  }

  /**
   * Goes to the packet at, or some time before, a position in samples.
   *
   * @throws as node:fs does.
   */
  seek(position: number): void {
    const granule = position + this.#preSkip;
    let low = this.#dataAt;
    let high = this.#file.size;
    while (high - low > NEAR_BYTES) {
      const middle = low + Math.floor((high - low) / 2);
      this.#file.seek(middle);
      const page = this.#nextWithGranule();
      // Where no page is any more, the last one lies before.
      if (page && page.granule <= granule) low = this.#file.pageAt;
      else high = middle;
    }
    // The last page on which nothing goes on from before, and which begins in time.
    let at = low;
    let start = low === this.#dataAt ? 0 : NaN;
    let end = start;
    this.#file.seek(low);
    for (let page = this.#nextWithGranule(); page; page = this.#nextWithGranule()) {
      if (!page.continued) {
        at = this.#file.pageAt;
        // The end of the last page says nothing of where it begins: its last packet may be cut short.
        start = page.last || at === this.#dataAt ? end : NaN;
      }
      end = page.granule;
      if (end > granule) break;
    }
    this.#begin(at);
    this.#placed = !Number.isNaN(start);
    this.position = this.#placed ? start - this.#preSkip : -this.#preSkip;
  }

  close(): void {
    this.#file.close();
  }

  #begin(at: number): void {
    this.#file.seek(at);
    this.#page = undefined;
    this.#begun = [];
    this.#headless = false;
  }

  #nextOwn(): OggPage | undefined {
    for (;;) {
      const page = this.#file.next();
      if (!page || page.serial === this.#serial) return page;
    }
  }

  #nextWithGranule(): OggPage | undefined {
    for (;;) {
      const page = this.#nextOwn();
      if (!page || page.granule >= 0) return page;
    }
  }

  #nextPage(): boolean {
    const page = this.#nextOwn();
    this.#page = page;
    if (!page) return false;
    this.#segment = 0;
    this.#offset = OGG_HEADER_BYTES + page.segments;
    // A page between is lost: its part of a packet is, and so the whole packet.
    this.#headless = page.continued && this.#begun.length === 0;
    if (!page.continued) this.#begun = [];
    if (!this.#placed && page.granule >= 0) {
      this.#placed = true;
      this.position = page.granule - samplesOf(page) - this.#preSkip;
    }
    return true;
  }

  #joined(end: Uint8Array): Uint8Array {
    const packet = Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    return packet;
  }
}

/** Samples of the packets that begin and end on a page. */
function samplesOf({ bytes, segments, continued }: OggPage): number {
  let samples = 0;
  let start = OGG_HEADER_BYTES + segments;
  let at = start;
  let foreign = continued;
  for (let i = 0; i < segments; i++) {
    const length = bytes[OGG_HEADER_BYTES + i]!;
    at += length;
    if (length === WHOLE_SEGMENT) continue;
    if (!foreign) samples += opusPacketSamples(bytes.subarray(start, at));
    foreign = false;
    start = at;
  }
  return samples;
}
