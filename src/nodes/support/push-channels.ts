/** One running `source.push`, as its channel sees it. */
export interface PushReceiver {
  /** Takes raw bytes; returns how many samples were dropped for want of room. */
  push(bytes: Uint8Array): number;
  /** No more will come. */
  end(): void;
  /** Samples of 48 kHz that wait. */
  readonly queuedSamples: number;
}

/** What happened to samples that were pushed. */
export interface PushResult {
  /** Nodes that took them; 0 when no running graph has a `source.push` of that name. */
  readonly receivers: number;
  /** Sound that waits now at the fullest of them, in milliseconds: whoever sees it grow pushes too fast. */
  readonly queuedMs: number;
  /** Samples of 48 kHz that were dropped by this call. */
  readonly dropped: number;
}

/** A way for a program to give sound to the `source.push` nodes of a name. */
export interface PushChannel {
  /** The name that the nodes carry in their option `name`. */
  readonly name: string;
  /**
   * Gives samples, interleaved, in chunks of any size. Typed arrays are taken as the bytes they are, so their kind must be
   * that of the node's option `format`: Int16Array for s16le, Float32Array for f32le. They are copied at once.
   */
  push(samples: Uint8Array | Int16Array | Float32Array): PushResult;
  /** Ends the nodes' streams, each after what waits there. */
  end(): void;
}

const receivers = new Map<string, Set<PushReceiver>>();

/**
 * The channel of that name, for graphs that run in this process.
 *
 * @example
 * ```ts
 * const mic = pushChannel('mic'); // { "type": "source.push", "options": { "name": "mic" } }
 * mic.push(new Int16Array(960 * 2));
 * ```
 */
export function pushChannel(name: string): PushChannel {
  return {
    name,
    push(samples) {
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      let count = 0;
      let dropped = 0;
      let queued = 0;
      for (const receiver of receivers.get(name) ?? []) {
        count++;
        dropped += receiver.push(bytes);
        queued = Math.max(queued, receiver.queuedSamples);
      }
      return { receivers: count, queuedMs: queued / 48, dropped };
    },
    end() {
      for (const receiver of receivers.get(name) ?? []) receiver.end();
    },
  };
}

/** Lets a node receive what is pushed to a name; returns the end of it. */
export function receivePushes(name: string, receiver: PushReceiver): () => void {
  const set = receivers.get(name) ?? new Set();
  receivers.set(name, set.add(receiver));
  return () => {
    set.delete(receiver);
    if (set.size === 0 && receivers.get(name) === set) receivers.delete(name);
  };
}
