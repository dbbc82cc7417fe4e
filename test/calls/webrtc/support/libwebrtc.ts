import wrtc from '@roamhq/wrtc';

/** Frequency and level of a block of samples, by a Goertzel filter at `hz` and the mean square. */
export function toneOf(samples: Float32Array | Int16Array, hz: number, rate = 48_000): { levelDb: number; toneDb: number } {
  const scale = samples instanceof Int16Array ? 1 / 32768 : 1;
  let power = 0;
  let re = 0;
  let im = 0;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]! * scale;
    power += x * x;
    re += x * Math.cos((2 * Math.PI * hz * i) / rate);
    im += x * Math.sin((2 * Math.PI * hz * i) / rate);
  }
  const n = samples.length;
  const tone = (2 * (re * re + im * im)) / (n * n);
  return { levelDb: 10 * Math.log10(power / n + 1e-12), toneDb: 10 * Math.log10(tone + 1e-12) };
}

/** An RTCPeerConnection of libwebrtc that offers, with all candidates gathered. */
export async function offerer(prepare: (pc: RTCPeerConnection) => void): Promise<{ pc: RTCPeerConnection; sdp: string }> {
  const pc = new wrtc.RTCPeerConnection() as unknown as RTCPeerConnection;
  prepare(pc);
  await pc.setLocalDescription(await pc.createOffer());
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (pc.iceGatheringState === 'complete') resolve();
    };
    pc.onicegatheringstatechange = look;
    look();
  });
  return { pc, sdp: pc.localDescription!.sdp };
}

/** Waits until `condition` holds, looking every 10 ms. */
export async function until(condition: () => boolean, limitMs = 15_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What an RTCAudioSink delivers: 10 ms of 16-bit samples. */
export interface SinkData {
  readonly samples: Int16Array;
  readonly sampleRate: number;
  readonly channelCount: number;
}

/** Collects the PCM a track delivers. */
export function listen(track: MediaStreamTrack, onData: (data: SinkData) => void): () => void {
  const sink = new wrtc.nonstandard.RTCAudioSink(track as never);
  sink.ondata = onData as never;
  return () => sink.stop();
}

/** A track that speaks what it is given: 10 ms of 16-bit samples at 48 kHz. */
export function speaker(): { track: MediaStreamTrack; speak: (samples: Int16Array) => void } {
  const source = new wrtc.nonstandard.RTCAudioSource();
  return {
    track: source.createTrack() as unknown as MediaStreamTrack,
    speak: (samples) =>
      source.onData({ samples, sampleRate: 48_000, bitsPerSample: 16, channelCount: 1, numberOfFrames: samples.length }),
  };
}
