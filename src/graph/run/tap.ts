import { voxError } from '../../errors.js';
import type { AudioFrame } from '../../media/frame.js';
import { nearestHint } from '../registry.js';
import type { NodeRun } from './node-run.js';
import { backTo, timeOf, timing } from './work-time.js';

/** Who listens to a wire. Must not throw. */
export interface TapListener {
  /** One frame; borrowed. */
  frame(frame: AudioFrame): void;
  /** Nothing more comes: the node has ended or is no longer part of the graph. */
  end(): void;
}

/**
 * Listens to what leaves a node, beside those it is wired to.
 *
 * @param wire `node`, or `node.port`. @returns the end of it.
 * @throws VoxError `UNKNOWN_WIRE`.
 */
export function tapWire(nodes: ReadonlyMap<string, NodeRun>, graph: string, wire: string, listener: TapListener): () => void {
  const tappable = [...nodes].flatMap(([id, run]) => {
    const ports = Object.entries(run.definition.outputs).filter(
      ([port, spec]) => spec.kind === 'audio' && run.ports.outlets.has(port),
    );
    return ports.map(([port]) => ({ id, port, run, name: ports.length === 1 ? id : `${id}.${port}` }));
  });
  const found = tappable.find(({ id, port, name }) => wire === name || wire === `${id}.${port}`);
  const outlet = found?.run.ports.outlets.get(found.port);
  if (!outlet)
    throw voxError('UNKNOWN_WIRE', {
      graph,
      wire,
      hint: nearestHint(
        wire,
        tappable.map(({ name }) => name),
      ),
    });
  const hear = (frame: unknown) => {
    if (!timing) return listener.frame(frame as AudioFrame);
    // Who listens shall not make the node look slower.
    const before = timeOf(undefined);
    listener.frame(frame as AudioFrame);
    backTo(before);
  };
  return outlet.connect({ next: hear, complete: () => listener.end() });
}
