import { from, tap, type Observable } from 'rxjs';
import type { NodeContext } from '../../graph/context.js';
import { joinTicks, type JoinSlot } from '../../graph/join-ticks.js';
import { audio, optional, type PortSpec } from '../../graph/ports.js';
import type { AudioFrame } from '../../media/frame.js';

/** The inputs of nodes that tell their inputs apart. Ports and no branches, so that a wire of branches is mixed into one input. */
export const INPUT_NAMES = ['in1', 'in2', 'in3', 'in4', 'in5', 'in6', 'in7', 'in8'] as const;

/** One of {@link INPUT_NAMES}. */
export type InputName = (typeof INPUT_NAMES)[number];

/** Something for each input. */
export type PerInput<T> = Readonly<Record<InputName, T>>;

/** Makes something for each input. */
export function perInput<T>(make: (name: InputName, index: number) => T): PerInput<T> {
  return Object.fromEntries(INPUT_NAMES.map((name, index) => [name, make(name, index)])) as PerInput<T>;
}

/** The eight audio ports, each of which may stay unwired. */
export function inputPorts(about: (number: number) => string): PerInput<PortSpec<'audio', 'optional'>> {
  return perInput((_, index) => optional(audio(about(index + 1))));
}

/** The streams of the eight ports. */
export type InputStreams = PerInput<Observable<AudioFrame> | undefined>;

/** How an input ended. */
export type InputEnd = 'ended' | 'failed';

/** The names of the inputs that are wired, in order. */
export function wiredInputs(inputs: InputStreams): InputName[] {
  return INPUT_NAMES.filter((name) => inputs[name] !== undefined);
}

/**
 * Joins the wired inputs tick by tick, each under its port's name, in order. An input that ends or fails leaves; when all have, the
 * join completes.
 *
 * @param onEnd told of an input's end before the join is.
 */
export function joinInputs(
  ctx: NodeContext,
  inputs: InputStreams,
  onEnd: (input: InputName, how: InputEnd) => void = () => {},
): Observable<readonly JoinSlot<AudioFrame>[]> {
  const branches = wiredInputs(inputs).map((id) => ({
    id,
    stream$: inputs[id]!.pipe(tap({ error: () => onEnd(id, 'failed'), complete: () => onEnd(id, 'ended') })),
  }));
  return joinTicks(ctx, from(branches));
}

/** The slot of an input among those of a tick. */
export function slotOf(slots: readonly JoinSlot<AudioFrame>[], id: string): JoinSlot<AudioFrame> | undefined {
  for (const slot of slots) if (slot.id === id) return slot;
  return undefined;
}
