import { voxError } from '../../errors.js';
import type { VideoFrame } from '../../media/video-frame.js';
import { nearestHint } from '../registry.js';
import type { NodeRun } from './node-run.js';
import { VideoOutlet } from './video-outlet.js';

/** Takes one picture, borrowed. Must not throw. */
export type Look = (frame: VideoFrame) => void;

/**
 * Looks at the next picture that leaves a node; of several streams on one wire, at the first one's.
 *
 * @param wire `node`, or `node.port`. @returns gives up looking.
 * @throws VoxError `UNKNOWN_PICTURE_WIRE`, `WIRE_WITHOUT_PICTURES`.
 */
export function peekWire(nodes: ReadonlyMap<string, NodeRun>, graph: string, wire: string, look: Look): () => void {
  const all = [...nodes].flatMap(([id, run]) =>
    Object.entries(run.definition.outputs).map(([port, { kind }]) => ({ id, port, kind, run })),
  );
  const isMeant = ({ id, port }: { id: string; port: string }) => wire === id || wire === `${id}.${port}`;
  const found = all.find((one) => one.kind === 'video' && isMeant(one));
  if (!found) {
    const other = all.find(isMeant);
    if (other) throw voxError('WIRE_WITHOUT_PICTURES', { wire, kind: other.kind });
    const names = all.filter(({ kind }) => kind === 'video').map(({ id, port }) => `${id}.${port}`);
    throw voxError('UNKNOWN_PICTURE_WIRE', { graph, wire, hint: nearestHint(wire, names) });
  }
  const { outlets, branchOutlets } = found.run.ports;
  const outlet = outlets.get(found.port) ?? branchOutlets.get(found.port)?.first;
  return outlet instanceof VideoOutlet ? outlet.peek(look) : () => {};
}
