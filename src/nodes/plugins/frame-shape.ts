import { frameSamples, type AudioFrame } from '../../media/frame.js';
import type { VideoFrame } from '../../media/video-frame.js';

/** What is wrong with a frame that an operator gave for `input`; undefined: nothing. May throw what the frame's own getters do. */
export function audioShapeFault(frame: unknown, input: AudioFrame): string | undefined {
  const given = frame as Partial<AudioFrame> | null;
  if (typeof given !== 'object' || given === null || given.kind !== 'audio') return 'it gave something that is no audio frame';
  // Else what is behind it would take the packet of the sound it changed.
  if (given.coded !== undefined) return 'it gave a frame of its own with the field "coded" of another';
  const { planes } = given;
  const samples = frameSamples(input);
  if (!Array.isArray(planes) || planes.length < 1 || planes.length > 2) return 'it gave a frame with neither one plane nor two';
  for (let c = 0; c < planes.length; c++) {
    const plane: unknown = planes[c];
    if (!(plane instanceof Float32Array)) return `it gave a frame whose plane ${c} is no Float32Array`;
    if (plane.length !== samples) return `it gave a frame of ${plane.length} samples for one of ${samples}`;
  }
  if (typeof given.silent !== 'boolean') return 'it gave a frame whose "silent" is neither true nor false';
  return undefined;
}

/** As {@link audioShapeFault}, for pictures. */
export function videoShapeFault(frame: unknown): string | undefined {
  const given = frame as Partial<VideoFrame> | null;
  if (typeof given !== 'object' || given === null || given.kind !== 'video') return 'it gave something that is no video frame';
  if (typeof given.retain !== 'function' || typeof given.release !== 'function')
    return 'it gave a picture that can be neither retained nor released';
  const { width, height, ptsUs, content } = given;
  if (typeof content !== 'object' || content === null) return 'it gave a picture without content';
  if (!content.alive) return 'it gave a picture whose last share had been given back';
  if (!Number.isFinite(ptsUs)) return 'it gave a picture without a time';
  if (!Number.isInteger(width) || !Number.isInteger(height) || width! < 1 || height! < 1)
    return `it gave a picture of ${String(width)} × ${String(height)}`;
  return undefined;
}
