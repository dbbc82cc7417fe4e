/** Where an ICY stream's bytes go. */
export interface IcyOutlets {
  /** Sound, in order. */
  audio(bytes: Buffer): void;
  /** A new title; the same one is not told twice in a row. */
  title(title: string): void;
}

/**
 * Takes the titles out of a SHOUTcast/Icecast stream: after every `metaint` bytes of sound there is one length byte, in units of 16, and so
 * many bytes of text such as `StreamTitle='Artist - Song';StreamUrl='';`. The format was published by Nullsoft and never
 * standardised; see https://cast.readme.io/docs/icy.
 */
export class IcyMetadata {
  readonly #interval: number;
  readonly #outlets: IcyOutlets;
  #audioLeft: number;
  #textLeft = 0;
  readonly #text: Buffer[] = [];
  #title: string | undefined;

  /** @param interval bytes of sound between two texts, from the header `icy-metaint`. @param outlets what receives it. */
  constructor(interval: number, outlets: IcyOutlets) {
    this.#interval = interval;
    this.#outlets = outlets;
    this.#audioLeft = interval;
  }

  /** Takes the next bytes of the connection, in pieces of any size. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#textLeft > 0) {
        const part = chunk.subarray(at, at + this.#textLeft);
        // Copied: it would keep a whole chunk alive.
        this.#text.push(Buffer.from(part));
        this.#textLeft -= part.length;
        at += part.length;
        if (this.#textLeft === 0) this.#endText();
      } else if (this.#audioLeft > 0) {
        const part = chunk.subarray(at, at + this.#audioLeft);
        this.#outlets.audio(part);
        this.#audioLeft -= part.length;
        at += part.length;
      } else {
        this.#textLeft = chunk[at++]! * 16;
        this.#audioLeft = this.#interval;
      }
    }
  }

  #endText(): void {
    const title = titleOf(Buffer.concat(this.#text));
    this.#text.length = 0;
    if (title === undefined || title === this.#title) return;
    this.#title = title;
    this.#outlets.title(title);
  }
}

/** The title in one text; undefined when it names none. Apostrophes inside a title are not escaped, so the end is `';`. */
export function titleOf(text: Uint8Array): string | undefined {
  return /StreamTitle='(.*?)';(?:Stream|\0|\s*$|[A-Za-z]+=')/s.exec(`${decoded(text)}\0`)?.[1]?.trim();
}

/** Senders do not say how they encode: most use UTF-8, old ones Latin-1. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
