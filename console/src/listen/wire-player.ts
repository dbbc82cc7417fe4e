/** Plays what flows over a wire: 16-bit stereo at 48 kHz, as a WAV that ends when nobody reads it. */
import { request } from '../api/client.js';

const RATE = 48_000;
const HEADER_BYTES = 44;
const BYTES_PER_FRAME = 4;
/** So much is kept ready, against an uneven network. */
const LEAD_S = 0.25;

let present: (() => void) | undefined;

/**
 * Begins to play; whatever else is played this way ends.
 * @param ended told that nothing more comes, and why if it failed
 * @returns ends it
 */
export function playWire(graph: string, outlet: string, ended: (error?: unknown) => void): () => void {
  present?.();
  const context = new AudioContext({ sampleRate: RATE });
  const stop = new AbortController();
  const close = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    void context.close();
    ended();
  };
  present = close;
  const play = async () => {
    await context.resume();
    const path = `/graphs/${encodeURIComponent(graph)}/wires/${encodeURIComponent(outlet)}/audio`;
    const response = await request(path, { signal: stop.signal });
    const reader = response.body!.getReader();
    let rest = new Uint8Array(0);
    let skip = HEADER_BYTES;
    let at = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const from = Math.min(skip, value.length);
      skip -= from;
      const bytes = new Uint8Array(rest.length + value.length - from);
      bytes.set(rest);
      bytes.set(value.subarray(from), rest.length);
      const frames = Math.floor(bytes.length / BYTES_PER_FRAME);
      rest = bytes.slice(frames * BYTES_PER_FRAME);
      if (frames === 0) continue;
      if (at < context.currentTime) at = context.currentTime + LEAD_S;
      at += schedule(context, bytes.buffer, frames, at);
    }
  };
  play().then(close, (error: unknown) => {
    if (stop.signal.aborted) return;
    stop.abort();
    void context.close();
    ended(error);
  });
  return close;
}

function schedule(context: AudioContext, pcm: ArrayBuffer, frames: number, at: number): number {
  const samples = new Int16Array(pcm, 0, frames * 2);
  const buffer = context.createBuffer(2, frames, RATE);
  for (const channel of [0, 1]) {
    const plane = buffer.getChannelData(channel);
    for (let i = 0; i < frames; i++) plane[i] = samples[2 * i + channel]! / 32_768;
  }
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  source.start(at);
  return buffer.duration;
}
