import { Subscription } from 'rxjs';
import { clearAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { NodeDefinition } from '../define-node.js';
import type { Beat } from './domain.js';
import { beatOf, completeOutputs, inputsDrained, type NodePorts } from './node-ports.js';
import type { NodeSignals } from './node-signals.js';

/** What a stand-in needs of the node in whose place it is. */
export interface StandInFor {
  readonly definition: NodeDefinition;
  readonly domain: Beat;
  readonly ports: NodePorts;
  readonly signals: NodeSignals;
}

/**
 * What leaves a node that has no working instance: the input that passes through, else silence, else nothing. Audio ports give exactly
 * one frame a tick, also in the tick in which the instance went.
 */
export class StandIn {
  readonly #for: StandInFor;
  readonly #silent: AudioFrame = createAudioFrame(1);
  #present: Subscription | undefined;

  /** @param node in whose place. */
  constructor(node: StandInFor) {
    this.#for = node;
  }

  /** Gives what is missing in the present tick, if one is going on. */
  passThrough(): void {
    const { ports, domain } = this.#for;
    if (!domain.beating) return;
    for (const [name, outlet] of ports.outlets) {
      const beat = beatOf(this.#kind(name), domain);
      // A picture is lent for the time of its delivery only.
      if (outlet.ended || outlet.stamp === beat.tick.index || !beat.beating) continue;
      const inlet = this.#bypass(name);
      if (inlet && inlet.stamp === beat.tick.index) outlet.next(inlet.current);
      else if (!inlet && this.#isAudio(name)) outlet.next(this.#silence());
    }
  }

  /**
   * Takes over until {@link leave}.
   *
   * @param onDrained told when every input has ended: then its outputs end too.
   */
  enter(onDrained: () => void): void {
    this.leave();
    const { ports, domain, signals } = this.#for;
    const streams = new Subscription();
    this.#present = streams;
    for (const [name, outlet] of ports.outlets) {
      const inlet = this.#bypass(name);
      const audio = this.#isAudio(name);
      const beat = beatOf(this.#kind(name), domain);
      const missing = () => !isBeat(this.#kind(name)) || outlet.stamp !== beat.tick.index;
      if (inlet) {
        streams.add(inlet.subscribe({ next: (value) => missing() && outlet.next(value), complete: () => outlet.complete() }));
      } else if (audio) streams.add(signals.tick.subscribe(() => missing() && outlet.next(this.#silence())));
    }
    streams.add(
      signals.settle.subscribe(() => {
        if (!inputsDrained(ports)) return;
        completeOutputs(ports);
        streams.unsubscribe();
        onDrained();
      }),
    );
  }

  /** Makes room for an instance. */
  leave(): void {
    this.#present?.unsubscribe();
    this.#present = undefined;
  }

  #bypass(output: string) {
    const input = this.#for.definition.bypass[output];
    return input === undefined ? undefined : this.#for.ports.inlets.get(input);
  }

  #kind(output: string): string {
    return this.#for.definition.outputs[output]!.kind;
  }

  #isAudio(output: string): boolean {
    return this.#kind(output) === 'audio';
  }

  #silence(): AudioFrame {
    clearAudioFrame(this.#silent);
    this.#silent.ptsUs = this.#for.domain.tick.ptsUs;
    return this.#silent;
  }
}

/** Kinds of which at most one comes on a beat. */
function isBeat(kind: string): boolean {
  return kind === 'audio' || kind === 'video';
}
