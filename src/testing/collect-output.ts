import { Subscription, type Observable } from 'rxjs';
import type { Branch, PortSpec } from '../graph/ports.js';
import { copyAudioFrame, createAudioFrame, frameSamples, type AudioFrame } from '../media/frame.js';
import type { Packet } from '../media/packet.js';
import type { VideoContent, VideoFrame } from '../media/video-frame.js';
import { PictureTaker, type RenderedPicture } from './video-script.js';
import type { RenderedAudio, RenderedEnd, RenderedFrame } from './rendered.js';

/** Gathers copies of everything an output gives. */
export class OutputCollector {
  readonly frames: RenderedFrame[] = [];
  readonly packets: Packet[] = [];
  readonly values: unknown[] = [];
  readonly pictures: RenderedPicture[] = [];
  readonly #contents = new Set<VideoContent>();
  #taker: PictureTaker | undefined;
  readonly branches = new Map<string, OutputCollector>();
  end: RenderedEnd | undefined;
  readonly #name: string;
  readonly #tick: () => number;
  readonly #mayHoldNaN: () => boolean;

  /**
   * @param name the port, for messages.
   * @param tick the present tick.
   * @param videoTick the present tick of the pictures.
   * @param mayHoldNaN true when an input had NaN of its own, so that NaN in the output proves nothing.
   */
  constructor(
    name: string,
    tick: () => number,
    private readonly videoTick: () => number,
    mayHoldNaN: () => boolean,
  ) {
    this.#name = name;
    this.#tick = tick;
    this.#mayHoldNaN = mayHoldNaN;
  }

  /** Listens to a stream of the port's kind; `fail` gets what the port must not do. */
  listen(spec: PortSpec, stream$: Observable<unknown>, fail: (reason: Error) => void): Subscription {
    const all = new Subscription();
    const next =
      spec.arity === 'many'
        ? (branch: Branch<unknown>) => {
            let inner = this.branches.get(branch.id);
            if (!inner) {
              inner = new OutputCollector(`${this.#name}[${branch.id}]`, this.#tick, this.videoTick, this.#mayHoldNaN);
              this.branches.set(branch.id, inner);
            }
            all.add(inner.listen({ ...spec, arity: 'one' }, branch.stream$, fail));
          }
        : (value: unknown) => {
            const wrong = this.#take(spec, value);
            if (wrong) fail(wrong);
          };
    all.add(
      (stream$ as Observable<never>).subscribe({
        next,
        error: (error: unknown) => (this.end = { tick: this.#tick(), error }),
        complete: () => (this.end = { tick: this.#tick() }),
      }),
    );
    return all;
  }

  /** What was gathered. */
  result(): RenderedAudio {
    const channels = this.frames[0]?.planes.length ?? 0;
    const total = this.frames.reduce((sum, frame) => sum + frameSamples(frame), 0);
    const planes = Array.from({ length: channels }, () => new Float32Array(total));
    let at = 0;
    for (const frame of this.frames) {
      planes.forEach((plane, c) => plane.set(frame.planes[c] ?? frame.planes[0]!, at));
      at += frameSamples(frame);
    }
    const branches = Object.fromEntries([...this.branches].map(([id, branch]) => [id, branch.result()]));
    const { frames, packets, values, pictures, end } = this;
    return { frames, planes, packets, values, pictures, end, branches };
  }

  /** Frees what it used. Complains when the node, which is closed, has not given back what it made. */
  close(): Error | undefined {
    this.#taker?.close();
    let wrong: Error | undefined;
    for (const branch of this.branches.values()) wrong = branch.close() ?? wrong;
    const alive = [...this.#contents].filter((content) => content.alive).length;
    return alive > 0
      ? new TypeError(`output "${this.#name}": the node has not given back ${alive} of the pictures it made`)
      : wrong;
  }

  #take(spec: PortSpec, value: unknown): Error | undefined {
    if (spec.kind === 'packets') {
      const packet = value as Packet;
      this.packets.push({ ...packet, data: packet.data.slice() });
    } else if (spec.kind === 'audio') {
      return this.#takeFrame(value as AudioFrame);
    } else if (spec.kind === 'video') this.#takePicture(value as VideoFrame);
    else this.values.push(value);
    return undefined;
  }

  #takePicture({ content, ptsUs }: VideoFrame): void {
    this.#contents.add(content);
    this.#taker ??= new PictureTaker();
    const picture = this.#taker.take(content, ptsUs, this.videoTick());
    if (picture) this.pictures.push(picture);
  }

  #takeFrame(frame: AudioFrame): Error | undefined {
    const copy = copyAudioFrame({ ...frame, silent: false }, createAudioFrame(frame.planes.length, frameSamples(frame)));
    const kept: RenderedFrame = { ...copy, silent: frame.silent, tick: this.#tick() };
    this.frames.push(kept);
    const where = `output "${this.#name}", tick ${kept.tick}`;
    if (frame.silent && kept.planes.some((plane) => plane.some((x) => x !== 0))) {
      return new TypeError(`${where}: the frame says it is silent, but holds sound`);
    }
    if (!this.#mayHoldNaN() && kept.planes.some((plane) => plane.some((x) => x !== x))) {
      return new TypeError(
        `${where}: the frame holds NaN; the node reads a borrowed input frame after its tick (copy it, or use keep())`,
      );
    }
    return undefined;
  }
}
