import { Frame } from 'node-av/lib';
import type { VideoContent } from '../../video-frame.js';

/** Empty native frames to be used again: making one costs more than all else about a small picture. */
const spare: Frame[] = [];
const MOST_SPARE = 64;
let live = 0;

/** An empty native frame. Give it back with {@link giveFrame}. */
export function takeFrame(): Frame {
  const kept = spare.pop();
  if (kept) return kept;
  const frame = new Frame();
  frame.alloc();
  return frame;
}

/** Frees what a native frame holds, and keeps its shell. */
export function giveFrame(frame: Frame): void {
  frame.unref();
  if (spare.length < MOST_SPARE) spare.push(frame);
  else frame.free();
}

/** How many pictures hold native memory now, in this process: for tests of leaks. */
export function livePictures(): number {
  return live;
}

/** A picture in native memory. Its pixels never change. */
export class Picture implements VideoContent {
  readonly width: number;
  readonly height: number;
  #native: Frame | undefined;
  #shares = 1;

  /** Takes over a native frame, with one share for whoever makes it. */
  constructor(native: Frame) {
    this.#native = native;
    this.width = native.width;
    this.height = native.height;
    live++;
  }

  /** The native frame; never kept, never written to. @throws Error when the picture is freed already. */
  get native(): Frame {
    if (!this.#native) throw new Error('a picture was used after its last share had been given back');
    return this.#native;
  }

  get alive(): boolean {
    return this.#shares > 0;
  }

  retain(): void {
    if (this.#shares <= 0) throw new Error('a picture was retained after its last share had been given back');
    this.#shares++;
  }

  release(): void {
    if (this.#shares <= 0) throw new Error('a picture was released more often than it was retained');
    if (--this.#shares > 0) return;
    const native = this.#native!;
    this.#native = undefined;
    live--;
    giveFrame(native);
  }
}
