import { PassThrough } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { voxError } from '../../errors.js';

/** What was heard on a wire, or that nothing more comes. */
export type Heard =
  | { readonly ended: true }
  | {
      readonly ended?: never;
      readonly positionMs: number;
      readonly durationMs: number;
      readonly peakDb: number;
      readonly rmsDb: number;
      /** 48 kHz stereo, 16-bit little-endian, as base64. */
      readonly pcm?: string;
    };

/** What the server asks for those who listen to wires. */
export interface TapService {
  /** The running graphs. */
  graphs(): readonly { readonly id: string; readonly title: string; readonly call?: string }[];
  /** Listens to a wire; resolves with the end of it. Rejects with a VoxError. */
  tap(graph: string, wire: string, sound: boolean, told: (heard: Heard) => void): Promise<() => void>;
}

/** Paths of the tap. */
export const TAP_PATHS = ['/graphs', '/graphs/:graph/wires/:wire/levels', '/graphs/:graph/wires/:wire/sound'] as const;

/** A client that reads more slowly than this many bytes behind is cut off: half a minute of sound. */
const MOST_WAITING_BYTES = 6_000_000;

interface WireParams {
  Params: { graph: string; wire: string };
}

/** Serves the levels of any wire as JSON lines, and its sound as a WAV that ends when the listener does. */
export function serveTaps(app: FastifyInstance, service: TapService): void {
  app.get(TAP_PATHS[0], async () => ({ graphs: service.graphs() }));
  app.get<WireParams>(TAP_PATHS[1], ({ params }, reply) =>
    streamWire(service, params, reply, { sound: false, type: 'application/x-ndjson' }),
  );
  app.get<WireParams>(TAP_PATHS[2], ({ params }, reply) =>
    streamWire(service, params, reply, { sound: true, type: 'audio/wav' }),
  );
}

/** Sends what is heard on a wire until who asked goes, or nothing more comes. @throws VoxError `UNKNOWN_GRAPH`, `UNKNOWN_WIRE`. */
export async function streamWire(
  service: TapService,
  { graph, wire }: WireParams['Params'],
  reply: FastifyReply,
  { sound, type }: { sound: boolean; type: string },
): Promise<FastifyReply> {
  const known = service.graphs().some(({ id }) => id === graph);
  if (!known) throw voxError('UNKNOWN_GRAPH', { graph });
  const body = new PassThrough();
  let close = (): void => {};
  if (sound) body.write(wavHeader());
  close = await service.tap(graph, wire, sound, (heard) => {
    if (heard.ended) body.end();
    else if (body.writableLength > MOST_WAITING_BYTES) body.destroy();
    else if (sound) body.write(Buffer.from(heard.pcm ?? '', 'base64'));
    else body.write(`${JSON.stringify({ ...heard, type: undefined, tap: undefined })}\n`);
  });
  body.on('close', () => close());
  reply.raw.on('close', () => body.destroy());
  return reply.type(type).send(body);
}

/** A RIFF header for 48 kHz stereo of 16 bits whose length nobody knows yet: as long as the format can say. */
function wavHeader(): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(48_000 * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 40);
  return header;
}
