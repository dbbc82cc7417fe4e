import { beforeEach, describe, expect, it } from 'vitest';
import { Voices } from '../../../../src/calls/telegram/media/voices.js';
import type { CallEvent } from '../../../../src/calls/call-media.js';
import type { JitterBuffer } from '../../../../src/calls/webrtc/index.js';
import { createAudioFrame, type AudioFrame } from '../../../../src/media/frame.js';
import type { ParticipantChange } from '../../../../src/media/gateway.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../../../src/time/virtual.js';

let clock: VirtualScheduler;
let voices: Voices;
let told: CallEvent[];
let forgotten: number[];
let changes: ParticipantChange[];
const shown = () => changes.map((change) => `${change.type} ${change.participantId}`);

/** A stream whose every sample is a half. */
function stream(source: number): void {
  const pull = (out: AudioFrame) => {
    for (const plane of out.planes) plane.fill(0.5);
    out.silent = false;
    return 'audio' as const;
  };
  voices.stream({ type: 'started', ssrc: source, audio: { participantId: String(source), pull } as unknown as JitterBuffer });
}
const anna = { participantId: 'anna', source: 7, muted: false, name: 'Anna' };

beforeEach(() => {
  clock = createVirtualScheduler();
  told = [];
  forgotten = [];
  changes = [];
  voices = new Voices(
    clock,
    (event) => told.push(event),
    (source) => forgotten.push(source),
  );
  voices.changes$.subscribe((change) => changes.push(change));
});

describe('the voices of a call', () => {
  it('are heard as soon as word and stream have come, in either order', () => {
    voices.set(anna);
    expect(shown()).toEqual([]);
    stream(7);
    expect(shown()).toEqual(['joined anna']);
    stream(8);
    expect(shown()).toEqual(['joined anna']);
    voices.set({ participantId: 'bert', source: 8, muted: false });
    expect(shown()).toEqual(['joined anna', 'joined bert']);
    expect(told).toEqual([
      { type: 'participant.joined', participantId: 'anna', name: 'Anna' },
      { type: 'participant.joined', participantId: 'bert' },
    ]);
  });

  it('are asked for when nobody has told of them, those that come together at once', () => {
    stream(8);
    stream(9);
    voices.set({ ...anna, source: 9 });
    clock.advanceBy(60);
    expect(told.filter(({ type }) => type === 'source.unknown')).toEqual([{ type: 'source.unknown', sources: [8] }]);
  });

  it('are heard without a name when nobody knows them, or does not answer', () => {
    stream(8);
    stream(9);
    voices.unnamed([8, 77]);
    expect(shown()).toEqual(['joined source 8']);
    clock.advanceBy(3_000);
    expect(shown()).toEqual(['joined source 8', 'joined source 9']);
    // Word comes after all.
    voices.set({ ...anna, source: 9 });
    expect(shown().slice(2)).toEqual(['left source 9', 'joined anna']);
  });

  it('go over to a new source of the same participant', () => {
    voices.set(anna);
    stream(7);
    voices.set({ ...anna, source: 70 });
    expect(forgotten).toEqual([7]);
    stream(70);
    // The old stream ends later, and takes nothing away.
    voices.stream({ type: 'ended', ssrc: 7, reason: 'replaced' });
    expect(shown()).toEqual(['joined anna', 'left anna', 'joined anna']);
    expect(told.filter(({ type }) => type === 'participant.joined')).toHaveLength(1);
  });

  it('end with the stream, or with the participant', () => {
    voices.set(anna);
    stream(7);
    voices.stream({ type: 'ended', ssrc: 7, reason: 'bye' });
    stream(7);
    voices.remove('anna');
    expect(shown()).toEqual(['joined anna', 'left anna', 'joined anna', 'left anna']);
    expect(forgotten).toEqual([7]);
    expect(told.at(-1)).toEqual({ type: 'participant.left', participantId: 'anna' });
    voices.remove('anna');
    expect(told.filter(({ type }) => type === 'participant.left')).toHaveLength(1);
  });

  it('are as loud as the call says, and silent when we muted them', () => {
    voices.set({ ...anna, volume: 0.5 });
    stream(7);
    const change = changes[0]!;
    if (change.type !== 'joined') throw new Error('no voice');
    const frame = createAudioFrame(1);
    expect(change.audio.pull(frame)).toBe('audio');
    expect(frame.planes[0]![480]).toBeCloseTo(0.25);
    voices.set({ ...anna, volume: 2 });
    change.audio.pull(frame);
    expect(frame.planes[0]![480]).toBeCloseTo(1);
    voices.set({ ...anna, mutedByUs: true });
    // It fades out within 10 ms.
    expect([change.audio.pull(frame), frame.planes[0]![959]]).toEqual(['audio', 0]);
    expect(change.audio.pull(frame)).toBe('silent');
    expect(frame.planes[0]!.every((sample) => sample === 0)).toBe(true);
    expect(told.filter(({ type }) => /levelled|muted/.test(type))).toEqual([
      { type: 'participant.levelled', participantId: 'anna', percent: 50 },
      { type: 'participant.levelled', participantId: 'anna', percent: 200 },
      { type: 'participant.levelled', participantId: 'anna', percent: 100 },
      { type: 'participant.muted', participantId: 'anna', muted: true },
    ]);
  });

  it('tell who is speaking, by what is heard or by the level of packets', () => {
    voices.set(anna);
    stream(7);
    for (let i = 0; i < 5; i++) {
      voices.level(-20, 7);
      clock.advanceBy(20);
    }
    clock.advanceBy(2_000);
    const speaking = told.filter(({ type }) => type === 'participant.speaking');
    expect(speaking).toEqual([
      { type: 'participant.speaking', participantId: 'anna', speaking: true },
      { type: 'participant.speaking', participantId: 'anna', speaking: false },
    ]);
  });

  it('leave no timer behind', () => {
    stream(8);
    voices.close();
    const before = told.length;
    clock.advanceBy(10_000);
    expect(told).toHaveLength(before);
    expect(shown()).toEqual([]);
  });
});
