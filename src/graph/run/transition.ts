import type { AudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';
import type { FadeCurve } from '../../media/dsp/fade.js';
import type { BeatSlot } from './domain.js';
import type { Feed } from './feed.js';
import type { NodeRun } from './node-run.js';
import type { Outlet } from './outlet.js';
import { PacketSwitch } from './packet-switch.js';
import { PictureSwitch } from './picture-switch.js';
import { WireFade, type ChangeOver } from './wire-fade.js';

/** One input that is to be fed from elsewhere. */
export interface TransitionSides {
  readonly consumer: NodeRun;
  /** What feeds it; absent: a branch comes. */
  readonly from?: Feed;
  /** What shall; absent: the branch leaves. */
  readonly to?: Feed;
  /** Whether branches are named after node and port. */
  readonly several: boolean;
}

/** What a fade of a transition is like. */
export interface FadeShape {
  readonly samples: number;
  readonly curve: FadeCurve;
}

/** One wire on its way from one feed to another: sound is faded, packets are cut between two of them, all else is cut at once. */
export class Transition {
  readonly consumer: NodeRun;
  readonly from: Feed | undefined;
  readonly to: Feed | undefined;
  readonly #several: boolean;
  #over: ChangeOver | undefined;
  #reverted = false;

  /** Nothing happens before {@link begin}. */
  constructor({ consumer, from, to, several }: TransitionSides) {
    this.consumer = consumer;
    this.from = from;
    this.to = to;
    this.#several = several;
  }

  /** Its place in the beat, if it needs one. */
  get slot(): BeatSlot | undefined {
    return this.#over?.slot;
  }

  /** True when there is nothing left to wait for. */
  get done(): boolean {
    return this.#over?.done ?? true;
  }

  /** What is wrong with the new side. */
  get fault(): string | undefined {
    return this.#over?.fault;
  }

  /** Puts itself between. Between two beats only. */
  begin(shape: FadeShape): void {
    const { from, to, consumer } = this;
    if (!(from ?? to)!.isStream) return to?.joinBranches();
    const target = (from ?? to)!.target(this.#several);
    const kind = (from ?? to)!.kind;
    const { domain } = consumer;
    from?.detach();
    if (kind === 'audio') {
      const [a, b] = [from?.outlet, to?.outlet] as (Outlet<AudioFrame> | undefined)[];
      this.#over = new WireFade({ from: a, to: b, target, domain, ...shape });
    } else if (kind === 'packets' && from && to) {
      const Switch = carriesPictures(to) ? PictureSwitch : PacketSwitch;
      this.#over = new Switch(from.outlet as Outlet<Packet>, to.outlet as Outlet<Packet>, target, domain);
    } else this.#attach(from, to);
  }

  /** Goes back; {@link done} tells when. */
  revert(): void {
    this.#reverted = true;
    this.#over?.revert();
  }

  /** Joins the consumer to the side that stays, straight. Between two beats only. */
  finish(): void {
    const [out, stays] = this.#reverted ? [this.to, this.from] : [this.from, this.to];
    const over = this.#over;
    this.#over = undefined;
    over?.detach();
    if (!(out ?? stays)!.isStream) return out?.part();
    if (over || this.#reverted) this.#attach(out, stays);
  }

  #attach(out: Feed | undefined, stays: Feed | undefined): void {
    out?.detach();
    if (!stays) return out?.part();
    if (out) stays.takeOver(out);
    stays.attach(this.#several);
  }
}

function carriesPictures({ producer, wire }: Feed): boolean {
  const codec = producer.definition.outputs[wire.port]?.format?.codec;
  return codec === 'vp8' || codec === 'h264';
}
