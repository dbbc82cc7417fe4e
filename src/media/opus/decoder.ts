import { createDecoder, loadLibopus } from 'libopus-wasm';
import { SAMPLE_RATE } from '../format.js';

/** A synchronous Opus decoder for single packets, at 48 kHz. Free it. */
export interface PacketDecoder {
  /** The samples of a packet, interleaved; undefined when it cannot be decoded. Mono packets fill both channels of a stereo decoder. */
  decode(packet: Uint8Array): Float32Array | undefined;
  /** Frees it. More than once does no harm. */
  free(): void;
}

/** Opens a decoder (libopus, compiled to WebAssembly). */
export async function openPacketDecoder(channels: 1 | 2): Promise<PacketDecoder> {
  await loadLibopus();
  const decoder = await createDecoder({ channels, sampleRate: SAMPLE_RATE });
  let open = true;
  return {
    decode(packet) {
      try {
        return decoder.decodeFloat(packet);
      } catch {
        return undefined;
      }
    },
    free() {
      if (open) decoder.free();
      open = false;
    },
  };
}
