import type { NodeContext } from '../../graph/context.js';
import { createOpusEncoder, type EncodedPacket, type OpusEncoder } from '../../media/av/opus-encoder.js';
import { levelDbov, meanSquare } from '../../media/dsp/level.js';
import { samplesToUs, usToSamples } from '../../media/format.js';
import { createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';
import { OutgoingPacket } from './outgoing-packet.js';
import type { OpusNodeOptions } from '../encoders/opus.js';
import { withChannels } from './channels.js';
import { opusSilence } from '../../media/opus-silence.js';

/** So much silence is still encoded, so that the encoder's memory of sound has faded and been sent. */
const TAIL_SAMPLES = usToSamples(200_000);
/** With dtx: one packet in so much silence, which keeps receivers and address translators awake. */
const DTX_SAMPLES = usToSamples(400_000);

/** Turns frames into packets; the state behind `encode.opus`. */
export class OpusPacketizer {
  readonly #ctx: NodeContext;
  readonly #options: OpusNodeOptions;
  readonly #packetSamples: number;
  readonly #nothing: Uint8Array;
  readonly #scratch: AudioFrame;
  readonly #packet = new OutgoingPacket(() => this.#levelDbov());
  #encoder: OpusEncoder | undefined;
  #emit: (packet: Packet) => void = () => {};
  #fail: (reason: unknown) => void = () => {};
  #bitrateKbps: number;
  #complexity: number;
  #dtx: boolean;
  #closed = false;
  #clipped = 0;
  /** Time of the first sample that is not sent yet. */
  #startUs = 0;
  /** Samples taken and not sent yet. */
  #waiting = 0;
  /** Sum of mean square × samples of what waits. */
  #energy = 0;
  /** The sound of a whole packet while that is sent, for who asks how loud it is. */
  #whole: AudioFrame | undefined;
  #silentSamples = 0;
  #resting = false;
  #unsent = 0;

  constructor(ctx: NodeContext, options: OpusNodeOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#bitrateKbps = options.bitrateKbps;
    this.#complexity = options.complexity;
    this.#dtx = options.dtx;
    this.#packetSamples = usToSamples(options.frameMs * 1000);
    this.#nothing = opusSilence(options.frameMs * 1000, options.channels);
    this.#scratch = createAudioFrame(options.channels);
  }

  /** Begins to open the encoder; the first tick waits for it. */
  start(emit: (packet: Packet) => void, fail: (reason: unknown) => void): void {
    this.#emit = emit;
    this.#fail = fail;
    this.#ctx.hold(this.#open());
  }

  async #open(): Promise<void> {
    const { application, vbr, fec, packetLossPercent, frameMs, channels } = this.#options;
    const bitrateKbps = this.#bitrateKbps;
    const complexity = this.#complexity;
    try {
      const encoder = await createOpusEncoder({
        bitrateKbps,
        application,
        complexity,
        vbr,
        fec,
        packetLossPercent,
        frameMs,
        channels,
      });
      if (this.#closed) return encoder.close();
      this.#encoder?.close();
      this.#encoder = encoder;
      this.#clipped = 0;
      if (this.#bitrateKbps !== bitrateKbps) this.#changeBitrate(encoder);
      if (this.#complexity !== complexity) this.#changeComplexity(encoder);
    } catch (reason) {
      if (!this.#closed) this.#fail(reason);
    }
  }

  /** Takes the options that may change: bit rate and dtx. */
  set({ bitrateKbps, complexity, dtx }: OpusNodeOptions): void {
    this.#dtx = dtx;
    if (complexity !== this.#complexity) {
      this.#complexity = complexity;
      if (this.#encoder) this.#changeComplexity(this.#encoder);
    }
    if (bitrateKbps === this.#bitrateKbps) return;
    this.#bitrateKbps = bitrateKbps;
    if (this.#encoder) this.#changeBitrate(this.#encoder);
  }

  #changeComplexity(encoder: OpusEncoder): void {
    this.#ctx.hold(encoder.setComplexity(this.#complexity).catch((reason: unknown) => this.#closed || this.#fail(reason)));
  }

  #changeBitrate(encoder: OpusEncoder): void {
    this.#ctx.hold(encoder.setBitrate(this.#bitrateKbps).catch((reason: unknown) => this.#closed || this.#fail(reason)));
  }

  /** True when the next frame begins a packet. */
  get betweenPackets(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Lets the encoder hear what others have sent until now, so that the next packet goes on from it. Only between packets.
   *
   * @param frames whole packets' worth of the sound just before.
   */
  prime(frames: readonly AudioFrame[]): void {
    this.#silentSamples = 0;
    this.#resting = false;
    this.#unsent = 0;
    const encoder = this.#encoder;
    if (!encoder || !this.#primes) return;
    for (const frame of frames) encoder.encodeLazily(frame, () => {});
    this.#clipped = encoder.clippedSamples;
  }

  /** Others send for now. An encoder that could not be primed afterwards is replaced by one that has heard nothing. */
  pause(): void {
    if (!this.#primes && this.#encoder) this.#ctx.hold(this.#open());
  }

  /**
   * CELT's packets follow on anybody's once the encoder has heard the same. SILK's and the hybrid ones predict from exact decoder state, so
   * there an encoder that has heard nothing dips for 6 ms instead. libopus chooses CELT alone above 38 kbit/s in stereo and 54 in mono
   * unless it is tuned for speech.
   */
  get #primes(): boolean {
    const { application, channels } = this.#options;
    return application !== 'voip' && this.#bitrateKbps >= (channels === 2 ? 40 : 56);
  }

  /** Takes a frame; emits the packets that it completes. */
  take(input: AudioFrame): void {
    const samples = frameSamples(input);
    if (!this.#encoder) {
      this.#ctx.count('dropped');
      return;
    }
    if (this.#waiting === 0) this.#startUs = input.ptsUs;
    this.#silentSamples = input.silent ? this.#silentSamples + samples : 0;
    try {
      if (!this.#restsWith(input)) return this.#encode(this.#encoder, input, samples);
    } catch (reason) {
      return this.#fail(reason);
    }
    this.#waiting += samples;
    while (this.#waiting >= this.#packetSamples) this.#sendNothing();
  }

  /** Sends what is left; nothing may be taken afterwards. */
  flush(): void {
    if (!this.#encoder) return;
    if (this.#resting) {
      if (this.#waiting > 0) this.#sendNothing();
      return;
    }
    this.#encoder.flushLazily(this.#send);
  }

  /** Frees the encoder. */
  close(): void {
    this.#closed = true;
    this.#encoder?.close();
    this.#encoder = undefined;
  }

  /** Whether the encoder may rest through this frame. It starts to, and stops, only between two packets. */
  #restsWith(input: AudioFrame): boolean {
    if (this.#resting) {
      if (input.silent) return true;
      this.#resting = false;
      this.#unsent = 0;
      // The packet that began in silence goes on with sound: the encoder gets the silence afterwards.
      if (this.#waiting > 0) this.#encoder!.encodeLazily(createAudioFrame(this.#options.channels, this.#waiting), this.#send);
      return false;
    }
    this.#resting = input.silent && this.#waiting === 0 && this.#silentSamples > TAIL_SAMPLES;
    return this.#resting;
  }

  #encode(encoder: OpusEncoder, input: AudioFrame, samples: number): void {
    const whole = this.#waiting === 0 && samples === this.#packetSamples;
    this.#waiting += samples;
    this.#whole = whole ? input : undefined;
    if (!whole) this.#energy += energyOf(input);
    const frame = this.#options.channels === 1 ? withChannels(input, 1, this.#scratch) : input;
    encoder.encodeLazily(frame, this.#send);
    this.#whole = undefined;
    const clipped = encoder.clippedSamples - this.#clipped;
    if (clipped === 0) return;
    this.#clipped += clipped;
    this.#ctx.count('clipped', clipped);
  }

  readonly #send = (encoded: EncodedPacket, samples: number): void => {
    const packet = this.#packet;
    packet.lend(encoded);
    this.#sendPacket(samples);
    packet.takeBack();
    this.#energy = 0;
  };

  #levelDbov(): number {
    const energy = this.#energy + (this.#whole ? energyOf(this.#whole) : 0);
    return levelDbov(energy / this.#packetSamples);
  }

  #sendNothing(): void {
    const due = this.#unsent === 0;
    this.#unsent += this.#packetSamples;
    if (this.#unsent >= DTX_SAMPLES) this.#unsent = 0;
    if (this.#dtx && !due) {
      this.#pass(this.#packetSamples);
      return;
    }
    this.#packet.data = this.#nothing;
    this.#packet.levelDbov = -127;
    this.#sendPacket(this.#packetSamples);
  }

  #sendPacket(samples: number): void {
    this.#packet.ptsUs = this.#startUs;
    this.#packet.durationUs = samplesToUs(samples);
    this.#pass(samples);
    this.#ctx.count('encoded');
    this.#emit(this.#packet);
  }

  #pass(samples: number): void {
    this.#startUs += samplesToUs(samples);
    this.#waiting = Math.max(0, this.#waiting - samples);
  }
}

/** Mean square × samples. */
function energyOf(frame: AudioFrame): number {
  return frame.silent ? 0 : meanSquare(frame.planes) * frameSamples(frame);
}
