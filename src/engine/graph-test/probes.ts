import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode, type NodeDefinition } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { createAudioFrame } from '../../media/frame.js';
import type { ScriptedSound } from './sounds.js';

/** What came along a wire, whole. */
export class Recording {
  /** Chunks of each channel: [left, right], equal for mono. */
  readonly #chunks: [Float32Array, Float32Array][] = [];
  /** Time of the first frame, in microseconds. */
  firstUs: number | undefined;

  /** Keeps a copy of one frame. */
  add(planes: readonly Float32Array[], ptsUs: number): void {
    this.firstUs ??= ptsUs;
    const left = planes[0]!.slice();
    this.#chunks.push([left, planes[1]?.slice() ?? left]);
  }

  /** Samples of one channel, or of both one after the other, between two times of the graph. */
  samples(fromSec: number, toSec: number, channel: 0 | 1): Float32Array {
    const all = this.#joined(channel);
    const at = (sec: number): number => Math.max(0, Math.round((sec - (this.firstUs ?? 0) / 1e6) * 48_000));
    return all.subarray(at(fromSec), toSec === Infinity ? undefined : at(toSec));
  }

  /** How much there is, in seconds. */
  get seconds(): number {
    return this.#chunks.reduce((sum, [left]) => sum + left.length, 0) / 48_000;
  }

  #joined(channel: 0 | 1): Float32Array {
    const length = this.#chunks.reduce((sum, [left]) => sum + left.length, 0);
    const all = new Float32Array(length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk[channel], at);
      at += chunk[channel].length;
    }
    return all;
  }
}

/** A node type that listens to a wire for a test. */
export function probeNode(recordings: ReadonlyMap<string, Recording>): NodeDefinition {
  return defineNode({
    type: 'test.probe',
    summary: 'Keep what comes along a wire, for a test.',
    inputs: { audio: audio('What to keep.') },
    outputs: {},
    options: z.strictObject({ wire: z.string().meta({ description: 'Which recording.' }) }),
    create: ({ inputs, options, ctx }) => {
      const recording = recordings.get(options.wire);
      const subscription = inputs.audio.subscribe({
        next: (frame) => recording?.add(frame.planes, frame.ptsUs),
        complete: () => ctx.finish(),
      });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
}

/** A node type that stands in for a source in a test. */
export function standInNode(sounds: ReadonlyMap<string, ScriptedSound>): NodeDefinition {
  return defineNode({
    type: 'test.source',
    summary: 'Stand in for a source, for a test.',
    inputs: {},
    outputs: { audio: audio('The scripted sound.') },
    options: z.strictObject({}),
    create: ({ ctx }) => ({
      audio: new Observable((subscriber) => {
        const frame = createAudioFrame(2);
        return ctx.tick$.subscribe({
          next(tick) {
            sounds.get(ctx.nodeId)?.write(frame, tick.ptsUs);
            frame.ptsUs = tick.ptsUs;
            subscriber.next(frame);
          },
          complete: () => subscriber.complete(),
        });
      }),
    }),
  });
}

/** A file sink as a test has it: it takes everything and writes nothing. */
export function withoutFiles(definition: NodeDefinition): NodeDefinition {
  if (definition.type !== 'sink.file') return definition;
  return {
    ...definition,
    create: ({ inputs, ctx }) => {
      const audio$ = inputs['audio'] as Observable<unknown>;
      const subscription = audio$.subscribe({ complete: () => ctx.finish() });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  };
}
