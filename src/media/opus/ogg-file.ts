import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { OGG_HEADER_BYTES, OGG_PAGE_BYTES, oggPageBytes, parseOggPage, type OggPage } from './ogg-page.js';

/** How much is read at once: some seconds of sound. */
const CHUNK_BYTES = 32_768;

/** The pages of an Ogg file, one after the other. What is damaged is passed over. */
export class OggFile {
  /** Its size when it was opened. */
  readonly size: number;
  /** Where the page that {@link next} gave last begins. */
  pageAt = 0;
  readonly #fd: number;
  #chunk = Buffer.alloc(0);
  /** Where in the chunk the next page begins, and where in the file the chunk does. */
  #at = 0;
  #chunkAt = 0;
  #open = true;

  /** @throws as node:fs does. */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  /** Goes to a byte of the file; the next page is the first that begins there or behind. */
  seek(position: number): void {
    this.#chunk = Buffer.alloc(0);
    this.#at = 0;
    this.#chunkAt = position;
  }

  /**
   * The next page whose checksum is right. Its memory is not written to again.
   *
   * @returns undefined at the end, and where the last page is cut off.
   * @throws as node:fs does.
   */
  next(): OggPage | undefined {
    for (;;) {
      const bytes = oggPageBytes(this.#chunk, this.#at, this.#chunk.length);
      if (bytes === undefined) {
        if (!this.#read(OGG_HEADER_BYTES + 255)) return undefined;
        continue;
      }
      if (bytes > 0) {
        if (this.#at + bytes > this.#chunk.length) {
          // Cut off, or its length is damaged: another may follow.
          if (!this.#read(bytes)) this.#at++;
          continue;
        }
        const page = parseOggPage(new Uint8Array(this.#chunk.buffer, this.#chunk.byteOffset + this.#at, bytes));
        if (page) {
          this.pageAt = this.#chunkAt + this.#at;
          this.#at += bytes;
          return page;
        }
      }
      this.#at++;
    }
  }

  /** The last page of the file. */
  last(): OggPage | undefined {
    let found: OggPage | undefined;
    this.seek(Math.max(0, this.size - OGG_PAGE_BYTES - CHUNK_BYTES));
    for (let page = this.next(); page; page = this.next()) found = page;
    return found;
  }

  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }

  /** Reads on, so that so many bytes from the present place are in the chunk if there are as many; false when there are no more at all. */
  #read(wanted: number): boolean {
    const kept = this.#chunk.length - this.#at;
    const next = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, wanted));
    this.#chunk.copy(next, 0, this.#at);
    const from = this.#chunkAt + this.#at;
    let length = kept;
    while (length < next.length) {
      const got = this.#open ? readSync(this.#fd, next, length, next.length - length, from + length) : 0;
      if (got === 0) break;
      length += got;
    }
    if (length === kept) return false;
    this.#chunk = next.subarray(0, length);
    this.#at = 0;
    this.#chunkAt = from;
    return true;
  }
}
