import { Bandwidth, createDecoder } from 'libopus-wasm';
import { describe, expect, it } from 'vitest';
import { createAudioFrame } from '../../../src/media/frame.js';
import { JitterBuffer } from '../../../src/calls/webrtc/jitter-buffer.js';
import { encodeStream, largestStep, levelDb, play, seeded, tone, type Arrival, type Sent } from './support/stream.js';

const SECONDS = 10;
const TONE_STEP = 0.0132;
const music = { application: 2049, bitrate: 96_000 } as const;

/** Something like speech: a buzz with changing pitch, in bursts of 300 ms, so that SILK codes it with FEC. */
function speech(sample: number): number {
  const t = sample / 48_000;
  if (t % 0.5 > 0.3) return 0;
  const pitch = 120 + 20 * Math.sin(2 * Math.PI * 1.3 * t);
  let sum = 0;
  for (let k = 1; k < 12; k++) sum += Math.sin(2 * Math.PI * pitch * k * t) / k;
  return 0.12 * sum * Math.sin((Math.PI * (t % 0.5)) / 0.3);
}

const onTime = (sent: readonly Sent[]): Arrival[] => sent.map((packet) => ({ ...packet, arrivalUs: packet.sentUs }));
const delayed = (sent: readonly Sent[], delayUs: (packet: Sent) => number): Arrival[] =>
  sent.map((packet) => ({ ...packet, arrivalUs: packet.sentUs + delayUs(packet) }));

describe('a clean stream', () => {
  it('plays every sample once, after the start delay', async () => {
    const sent = await encodeStream(tone, SECONDS, music);
    const { buffer, pcm, qualities } = await play(onTime(sent), SECONDS);
    expect(buffer.stats).toMatchObject({
      lost: 0,
      late: 0,
      duplicates: 0,
      discarded: 0,
      corrupt: 0,
      concealedSamples: 0,
      underruns: 0,
      resets: 0,
    });
    expect(qualities.findIndex((q) => q === 'audio')).toBeLessThanOrEqual(4);
    expect(new Set(qualities.slice(5))).toEqual(new Set(['audio']));
    expect(levelDb(pcm, 48_000, pcm.length)).toBeCloseTo(-15.05, 1);
    expect(largestStep(pcm, 24_000)).toBeLessThan(TONE_STEP * 1.1);
    expect(buffer.stats.targetDelayMs).toBe(20);
    expect(buffer.stats.delayMs).toBeLessThan(45);
  });

  it('plays packets of 10, 40, 60 and 120 ms', async () => {
    for (const packetMs of [10, 40, 60]) {
      const sent = await encodeStream(tone, 5, { ...music, packetMs });
      const { buffer, pcm } = await play(onTime(sent), 5);
      expect(buffer.stats, `${packetMs} ms`).toMatchObject({ lost: 0, concealedSamples: 0, underruns: 0, corrupt: 0 });
      expect(levelDb(pcm, 48_000, pcm.length)).toBeCloseTo(-15.05, 0);
    }
    // SILK alone has frames of 60 ms; CELT would make three of 20.
    const sixties = await encodeStream(tone, 5, { packetMs: 60, bitrate: 20_000, maxBandwidth: Bandwidth.Wideband });
    expect(sixties.every((p) => (p.payload[0]! & 3) === 0)).toBe(true);
    const pairs: Arrival[] = [];
    for (let i = 0; i + 1 < sixties.length; i += 2) {
      const [a, b] = [sixties[i]!, sixties[i + 1]!];
      pairs.push({
        payload: joined(a.payload, b.payload),
        sequence: i / 2,
        timestamp: a.timestamp,
        sentUs: b.sentUs,
        arrivalUs: b.sentUs,
      });
    }
    const { buffer, pcm } = await play(pairs, 5);
    expect(buffer.stats).toMatchObject({ lost: 0, concealedSamples: 0, underruns: 0, corrupt: 0 });
    expect(levelDb(pcm, 48_000, pcm.length)).toBeCloseTo(-15.05, 0);
  });

  it('plays stereo', async () => {
    const sent = await encodeStream(tone, 2, music);
    const { buffer, pcm } = await play(onTime(sent), 2, { channels: 2 });
    expect(buffer.stats.concealedSamples).toBe(0);
    expect(levelDb(pcm, 48_000, pcm.length)).toBeCloseTo(-15.05, 0);
  });

  it('goes across the wrap of the RTP timestamp', async () => {
    const sent = (await encodeStream(tone, 4, music)).map((p) => ({
      ...p,
      timestamp: (p.timestamp + 0xffff_ffff - 96_000) >>> 0,
    }));
    const { buffer, pcm } = await play(onTime(sent), 4);
    expect(buffer.stats).toMatchObject({ lost: 0, resets: 0, concealedSamples: 0, underruns: 0 });
    expect(largestStep(pcm, 24_000)).toBeLessThan(TONE_STEP * 1.1);
  });
});

describe('loss', () => {
  it('of 5 % is concealed packet by packet, without clicks', async () => {
    const random = seeded(1);
    const sent = await encodeStream(tone, SECONDS, music);
    const kept = sent.filter((_, i) => i < 50 || random() >= 0.05);
    const { buffer, pcm } = await play(onTime(kept), SECONDS);
    const dropped = sent.length - kept.length;
    expect(dropped).toBeGreaterThan(10);
    expect(buffer.stats.lost).toBe(dropped);
    expect(buffer.stats.concealedSamples).toBeGreaterThan(0);
    expect(buffer.stats.concealedSamples).toBeLessThanOrEqual(dropped * 960);
    expect(levelDb(pcm, 48_000, pcm.length)).toBeGreaterThan(-16.5);
    expect(largestStep(pcm, 24_000)).toBeLessThan(TONE_STEP * 2);
  });

  it('of speech is repaired from the in-band copy in the next packet', async () => {
    const random = seeded(2);
    const sent = await encodeStream(speech, SECONDS, { fec: true, packetLossPercent: 20, bitrate: 40_000 });
    const kept = sent.filter((_, i) => i < 50 || random() >= 0.05);
    const { buffer } = await play(onTime(kept), SECONDS);
    const dropped = sent.length - kept.length;
    expect(buffer.stats.lost).toBe(dropped);
    expect(buffer.stats.fecSamples).toBeGreaterThan(dropped * 960 * 0.3);
    expect(buffer.stats.fecSamples + buffer.stats.concealedSamples).toBeLessThanOrEqual(dropped * 960 + 960);
  });

  it('of 20 % in bursts is survived, and speech comes back each time', async () => {
    const random = seeded(4);
    let bad = false;
    const sent = await encodeStream(tone, SECONDS * 2, music);
    const kept = sent.filter(() => {
      bad = bad ? random() > 0.25 : random() < 0.0625;
      return !bad;
    });
    const { buffer, pcm, qualities, delaysMs } = await play(onTime(kept), SECONDS * 2);
    expect(kept.length / sent.length).toBeLessThan(0.85);
    expect(buffer.stats.lost).toBeGreaterThanOrEqual(sent.length - kept.length - 2);
    expect(qualities.filter((q) => q === 'audio').length).toBeGreaterThan(kept.length * 0.9);
    expect(levelDb(pcm, 48_000, pcm.length)).toBeGreaterThan(-18);
    expect(largestStep(pcm, 24_000)).toBeLessThan(TONE_STEP * 4);
    expect(Math.max(...delaysMs)).toBeLessThan(400);
  });

  it('of everything fades to silence and comes back without a click', async () => {
    const sent = await encodeStream(tone, 6, music);
    const kept = onTime(sent).filter((p) => p.sentUs < 2e6 || p.sentUs > 4e6);
    const { buffer, pcm, qualities } = await play(kept, 6);
    expect(qualities.slice(115, 195)).toEqual(Array(80).fill('silent'));
    expect(qualities.slice(210)).toEqual(Array(90).fill('audio'));
    expect(largestStep(pcm, 24_000)).toBeLessThan(TONE_STEP * 2);
    expect(buffer.stats.lost).toBe(sent.length - kept.length);
  });
});

describe('jitter', () => {
  it('of 40 and 100 ms is taken up by the delay', async () => {
    const sent = await encodeStream(tone, SECONDS * 2, music);
    for (const [spreadMs, seed] of [
      [40, 5],
      [100, 6],
    ] as const) {
      const random = seeded(seed);
      const { buffer, delaysMs, qualities } = await play(
        delayed(sent, () => random() * spreadMs * 1000),
        SECONDS * 2,
      );
      expect(buffer.stats.targetDelayMs).toBeGreaterThanOrEqual(spreadMs * 0.9);
      expect(buffer.stats.targetDelayMs).toBeLessThanOrEqual(spreadMs + 20);
      expect(qualities.slice(500).filter((q) => q !== 'audio').length).toBeLessThanOrEqual(5);
      expect(Math.max(...delaysMs.slice(500))).toBeLessThan(spreadMs + 60);
    }
  });

  it('that ends lets the delay come down again', async () => {
    const random = seeded(7);
    const sent = await encodeStream(tone, 60, music);
    const { buffer, delaysMs } = await play(
      delayed(sent, (p) => (p.sentUs < 8e6 ? random() * 120_000 : 0)),
      60,
    );
    expect(Math.max(...delaysMs.slice(200, 400))).toBeGreaterThan(80);
    expect(buffer.stats.delayMs).toBeLessThan(60);
    expect(buffer.stats.shortenedSamples).toBeGreaterThan(0);
  });

  it('counts packets that come too late, and those that come twice', async () => {
    const sent = await encodeStream(tone, 4, music);
    const arrivals = delayed(sent, (p) => (p.sequence === 1100 ? 500_000 : 0));
    arrivals.push({ ...arrivals[150]!, arrivalUs: arrivals[150]!.arrivalUs + 1 });
    const { buffer } = await play(arrivals, 4);
    expect(buffer.stats).toMatchObject({ late: 1, lost: 1, duplicates: 1, received: sent.length - 2 });
  });

  it('of one long stall never leaves more than 400 ms of delay', async () => {
    const sent = await encodeStream(tone, 10, music);
    const { delaysMs, qualities, buffer } = await play(
      delayed(sent, (p) => (p.sentUs > 4e6 && p.sentUs < 5e6 ? 5e6 - p.sentUs : 0)),
      10,
    );
    expect(Math.max(...delaysMs.slice(300))).toBeLessThanOrEqual(400);
    expect(qualities.slice(270)).toEqual(Array(230).fill('audio'));
    expect(buffer.stats.discarded).toBeGreaterThan(0);
  });
});

describe('clocks', () => {
  it.each([-0.002, 0.002])('drifting apart by %f are held together', async (drift) => {
    const sent = await encodeStream(tone, 40, music);
    const { buffer, delaysMs, pcm, qualities } = await play(
      sent.map((p) => ({ ...p, arrivalUs: p.sentUs * (1 + drift) })),
      40,
    );
    // The stream is 40 s by its own clock, so it may end before the last pulls.
    expect(qualities.slice(5, 1_990).filter((q) => q !== 'audio').length).toBeLessThanOrEqual(5);
    expect(Math.max(...delaysMs.slice(500, 1_990))).toBeLessThan(90);
    expect(buffer.stats[drift < 0 ? 'shortenedSamples' : 'lengthenedSamples']).toBeGreaterThan(1_500);
    expect(buffer.stats).toMatchObject({ lost: 0, discarded: 0 });
    expect(largestStep(pcm, 24_000, 48_000 * 38)).toBeLessThan(TONE_STEP * 1.3);
    expect(levelDb(pcm, 48_000, 48_000 * 38)).toBeCloseTo(-15.05, 0);
  });

  it('jumping ahead or back by hours start anew', async () => {
    const sent = await encodeStream(tone, 6, music);
    for (const jump of [48_000 * 7_200, -48_000 * 7_200, 20_000, -20_000]) {
      const jumped = onTime(sent).map((p) => (p.sentUs > 3e6 ? { ...p, timestamp: (p.timestamp + jump) >>> 0 } : p));
      const { qualities, pcm, delaysMs } = await play(jumped, 6);
      expect(qualities.slice(175), `${jump}`).toEqual(Array(125).fill('audio'));
      expect(largestStep(pcm, 24_000)).toBeLessThan(TONE_STEP * 3);
      expect(Math.max(...delaysMs)).toBeLessThan(120);
    }
  });

  it('pausing is no loss', async () => {
    const sent = await encodeStream(tone, 4, music);
    const kept = onTime(sent).filter((p) => p.sentUs < 1e6 || p.sentUs > 3e6);
    const { buffer, qualities } = await play(
      kept.map((p, i) => ({ ...p, sequence: 500 + i })),
      4,
    );
    expect(buffer.stats.lost).toBe(0);
    expect(qualities.slice(65, 145)).toEqual(Array(80).fill('silent'));
  });
});

describe('discontinuous transmission', () => {
  it('is silence, not loss', async () => {
    const sent = await encodeStream((i) => (i < 48_000 || i > 48_000 * 5 ? speech(i) : 0), 7, { dtx: true, bitrate: 24_000 });
    // What an encoder marks as DTX is not sent, but for an update now and then.
    let quiet = 0;
    const kept = onTime(sent).filter((p) => {
      quiet = p.payload.length <= 2 ? quiet + 1 : 0;
      return quiet <= 1 || quiet % 20 === 0;
    });
    expect(kept.length).toBeLessThan(sent.length * 0.8);
    const { buffer } = await play(
      kept.map((p, i) => ({ ...p, sequence: 9_000 + i })),
      7,
    );
    expect(buffer.stats.lost).toBe(0);
    expect(buffer.stats.underruns).toBe(0);
    expect(buffer.stats.fecSamples).toBe(0);
  });
});

describe('a buffer', () => {
  it('is silent with nothing in it, without a decoder and after its end', async () => {
    let nowUs = 0;
    const buffer = new JitterBuffer({ participantId: 'p', nowUs: () => nowUs });
    const frame = createAudioFrame(2, 480);
    expect(buffer.pull(frame)).toBe('silent');
    expect(frame.planes).toHaveLength(1);
    expect(frame.planes[0]).toHaveLength(960);
    expect(frame.silent).toBe(true);
    for (const p of await encodeStream(tone, 1, music)) buffer.insert(p.payload, p.sequence, p.timestamp);
    nowUs += 200_000;
    expect(buffer.pull(frame)).toBe('silent');
    buffer.attach(await createDecoder({ channels: 1, sampleRate: 48_000 }));
    expect(buffer.pull(frame)).toBe('audio');
    expect(frame.silent).toBe(false);
    buffer.close();
    buffer.close();
    expect(buffer.pull(frame)).toBe('silent');
    expect(frame.planes[0]!.every((x) => x === 0)).toBe(true);
  });

  it('survives packets that are no Opus', async () => {
    const random = seeded(9);
    const sent = await encodeStream(tone, 4, music);
    const { buffer } = await play(
      onTime(sent).map((p) => {
        if (random() > 0.2) return p;
        const payload = Uint8Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.floor(random() * 256));
        return { ...p, payload };
      }),
      4,
    );
    expect(buffer.stats.playedSamples).toBeGreaterThan(48_000 * 3);
  });

  it('never holds more than its bound', async () => {
    const buffer = new JitterBuffer({ participantId: 'p', nowUs: () => 0 });
    const sent = await encodeStream(tone, 4, music);
    for (const p of sent) buffer.insert(p.payload, p.sequence, p.timestamp);
    expect(buffer.stats.discarded).toBe(sent.length - 64);
  });
});

/** Two packets of one frame each as one of two frames (RFC 6716, 3.2.4). */
function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const length = a.length - 1;
  const coded = length < 252 ? [length] : [252 + (length & 3), (length - (252 + (length & 3))) >> 2];
  return Uint8Array.from([a[0]! | 2, ...coded, ...a.subarray(1), ...b.subarray(1)]);
}
