import { type Observable, Subject } from 'rxjs';
import type { Branch, PortSpec } from '../graph/ports.js';
import { copyAudioFrame, createAudioFrame, frameSamples, type AudioFrame } from '../media/frame.js';
import type { Packet } from '../media/packet.js';
import { type AudioScript, type AudioInput, scriptOf } from './audio-script.js';
import type { BranchInput, NodeInput } from './rendered.js';
import { videoBranchesFeed, videoFeed } from './feed-video.js';
import type { VideoInput } from './video-script.js';

/** An input that a rendering plays, tick by tick. */
export interface InputFeed {
  /** What the node is given as the port's stream; undefined when the port stays unwired. */
  readonly stream: unknown;
  /** Gives what is due on this tick. */
  tick(index: number, ptsUs: number): void;
  /** After the tick: fails if the node wrote to a frame, then spoils it, so that who holds it reads NaN. */
  afterTick(): Error | undefined;
  /** Gives what is due on this tick of the pictures. */
  videoTick?(index: number, ptsUs: number): void;
  /** Once the node is closed: fails if it has not given back what it was lent. */
  close?(): Error | undefined;
  /** True when a frame with a NaN was given. */
  readonly gaveNaN: boolean;
}

/** Makes the feed of a port. */
export function feedOf(name: string, spec: PortSpec, input: NodeInput | undefined, samples: number): InputFeed {
  if (spec.arity === 'many') {
    const given = typeof input === 'object' && 'branches' in input ? input : { branches: {} };
    const isOpen = 'open' in given && given.open === true;
    if (spec.kind === 'video') return videoBranchesFeed(name, given.branches, isOpen);
    return branchesFeed(name, given.branches, isOpen, samples);
  }
  if (input === undefined && spec.arity === 'optional') {
    return { stream: undefined, tick: () => {}, afterTick: () => undefined, gaveNaN: false };
  }
  if (spec.kind === 'video') return videoFeed(name, input as VideoInput | undefined);
  if (spec.kind === 'audio') return audioFeed(name, (input ?? 'silence') as AudioInput, samples);
  return valuesFeed(input !== undefined && isValues(input) ? input.values : []);
}

function audioFeed(name: string, input: AudioInput, samples: number): InputFeed & { readonly stream: Observable<AudioFrame> } {
  const subject = new Subject<AudioFrame>();
  let script: AudioScript | undefined = scriptOf(input, samples);
  let given: { readonly frame: AudioFrame; readonly original: AudioFrame; readonly planes: readonly Float32Array[] } | undefined;
  let gaveNaN = false;
  return {
    stream: subject,
    get gaveNaN() {
      return gaveNaN;
    },
    tick(index, ptsUs) {
      if (!script) return;
      const original = createAudioFrame(2, samples);
      const step = script(index, original);
      if (step === 'none') return;
      if (step === 'frame') {
        original.ptsUs = ptsUs;
        if (original.planes.some((plane) => plane.some((x) => x - x !== 0))) gaveNaN = true;
        const frame = copyAudioFrame(original, createAudioFrame(original.planes.length, frameSamples(original)));
        given = { frame, original, planes: [...frame.planes] };
        subject.next(frame);
        return;
      }
      script = undefined;
      if (step === 'complete') subject.complete();
      else subject.error(step);
    },
    afterTick() {
      if (!given) return undefined;
      const { frame, original, planes } = given;
      given = undefined;
      const same =
        frame.ptsUs === original.ptsUs &&
        frame.silent === original.silent &&
        planes.every((plane, c) => plane === frame.planes[c] && equal(plane, original.planes[c]!));
      for (const plane of planes) plane.fill(NaN);
      frame.ptsUs = NaN;
      return same
        ? undefined
        : new TypeError(`input "${name}": the node wrote to a borrowed input frame; write to a frame of its own`);
    },
  };
}

function isValues(input: NodeInput): input is Extract<NodeInput, { readonly values: readonly unknown[] }> {
  return typeof input === 'object' && 'values' in input && Array.isArray(input.values);
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]! || (x !== x && b[i]! !== b[i]!));
}

function branchesFeed(
  name: string,
  inputs: Readonly<Record<string, BranchInput>>,
  open: boolean,
  samples: number,
): InputFeed & { readonly stream: Observable<Branch<AudioFrame>> } {
  const subject = new Subject<Branch<AudioFrame>>();
  const waiting = new Map(Object.entries(inputs));
  const running = new Map<string, { feed: InputFeed; stopped$: Subject<AudioFrame>; joined: number; leaveAtUs: number }>();
  let gaveNaN = false;
  let complete = false;
  return {
    stream: subject,
    get gaveNaN() {
      // Also of a branch in the middle of its tick.
      return gaveNaN || [...running.values()].some(({ feed }) => feed.gaveNaN);
    },
    tick(index, ptsUs) {
      for (const [id, input] of waiting) {
        if ((input.joinAtMs ?? 0) * 1000 > ptsUs) continue;
        waiting.delete(id);
        const feed = audioFeed(`${name}[${id}]`, input.audio ?? 'silence', samples);
        const stopped$ = feed.stream as Subject<AudioFrame>;
        running.set(id, { feed, stopped$, joined: index, leaveAtUs: (input.leaveAtMs ?? Infinity) * 1000 });
        subject.next({ id, stream$: stopped$ });
      }
      if (waiting.size === 0 && !open && !complete) {
        complete = true;
        subject.complete();
      }
      for (const [id, { feed, stopped$, joined, leaveAtUs }] of running) {
        if (leaveAtUs <= ptsUs) {
          running.delete(id);
          stopped$.complete();
        } else feed.tick(index - joined, ptsUs);
        gaveNaN ||= feed.gaveNaN;
      }
    },
    afterTick() {
      let wrong: Error | undefined;
      for (const { feed } of running.values()) wrong = feed.afterTick() ?? wrong;
      return wrong;
    },
  };
}

function valuesFeed(values: readonly unknown[]): InputFeed {
  const subject = new Subject<unknown>();
  let given: Packet | undefined;
  return {
    stream: subject,
    gaveNaN: false,
    tick(index) {
      if (index === values.length) subject.complete();
      const value = values[index];
      if (value === undefined) return;
      if (typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Uint8Array) {
        given = { ...(value as Packet), data: value.data.slice() };
        subject.next(given);
      } else subject.next(value);
    },
    afterTick() {
      given?.data.fill(0xee);
      given = undefined;
      return undefined;
    },
  };
}
