import type { Timers } from '../../webrtc/index.js';

/** Changes that come together are told together. */
const SOON_MS = 100;
/** What is wanted is repeated: the server may have lost it (tgcalls GroupInstanceCustomImpl, 5 s). */
const AGAIN_MS = 5000;
/** Somebody who looks away for a moment does not cost a smaller picture. */
const LOWER_AFTER_MS = 2000;

/** Lines of the smallest picture that is worth having, and of a whole one. */
const [THUMB, FULL] = [180, 720];

/** What a conversation needs of its connection. */
export interface ColibriOptions {
  readonly timers: Timers;
  /** Sends a text over the data channel. */
  readonly send: (text: string) => void;
  /** The receivers want our picture in so many lines; 0: nobody looks. */
  readonly onHeight: (lines: number) => void;
}

/**
 * The talk with the server over the data channel, in JSON with a `colibriClass`, as tgcalls and tweb have it: which videos we want, and how
 * large ours is wanted. Without the first no video comes.
 */
export class Colibri {
  readonly #options: ColibriOptions;
  readonly #wanted = new Map<string, number>();
  #open = false;
  #height: number | undefined;
  #cancelSend: (() => void) | undefined;
  #cancelLower: (() => void) | undefined;

  constructor(options: ColibriOptions) {
    this.#options = options;
  }

  /** The channel is open. */
  opened(): void {
    this.#open = true;
    this.#say();
  }

  /** Wants an endpoint's video with at most so many lines; undefined: not any more. */
  want(endpoint: string, maxHeight: number | undefined): void {
    if (this.#wanted.get(endpoint) === maxHeight) return;
    if (maxHeight === undefined) this.#wanted.delete(endpoint);
    else this.#wanted.set(endpoint, maxHeight);
    if (this.#open) this.#later(SOON_MS);
  }

  /** Takes a message of the server; what is not known, or is broken, does nothing. */
  receive(text: string): void {
    const message = parse(text);
    if (message?.['colibriClass'] !== 'SenderVideoConstraints') return;
    const { idealHeight } = (message['videoConstraints'] ?? {}) as { readonly idealHeight?: unknown };
    if (typeof idealHeight !== 'number' || !Number.isFinite(idealHeight)) return;
    const lines = Math.max(0, idealHeight);
    this.#cancelLower?.();
    this.#cancelLower = undefined;
    if (this.#height === undefined || lines >= this.#height) return this.#set(lines);
    this.#cancelLower = this.#options.timers.after(LOWER_AFTER_MS, () => this.#set(lines));
  }

  /** Ends it. */
  close(): void {
    this.#open = false;
    this.#cancelSend?.();
    this.#cancelLower?.();
  }

  #set(lines: number): void {
    if (lines === this.#height) return;
    this.#height = lines;
    this.#options.onHeight(lines);
  }

  #later(delayMs: number): void {
    this.#cancelSend?.();
    this.#cancelSend = this.#options.timers.after(delayMs, () => this.#say());
  }

  #say(): void {
    const constraints = [...this.#wanted].map(([endpoint, maxHeight]) => [
      endpoint,
      { minHeight: Math.min(THUMB, maxHeight), maxHeight },
    ]);
    this.#options.send(
      JSON.stringify({
        colibriClass: 'ReceiverVideoConstraints',
        defaultConstraints: { maxHeight: 0 },
        constraints: Object.fromEntries(constraints) as object,
        // Those that are wanted whole (tgcalls maybeUpdateRemoteVideoConstraints).
        onStageEndpoints: [...this.#wanted].filter(([, maxHeight]) => maxHeight >= FULL).map(([endpoint]) => endpoint),
      }),
    );
    this.#later(AGAIN_MS);
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
