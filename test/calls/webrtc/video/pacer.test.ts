import { describe, expect, it } from 'vitest';
import type { RtpSender } from '../../../../src/calls/webrtc/rtp-sender.js';
import { Pacer, type PacedPart } from '../../../../src/calls/webrtc/video/pacer.js';
import { createVirtualScheduler } from '../../../../src/time/index.js';

function pace(kbps: number) {
  const timers = createVirtualScheduler();
  const sent: { readonly ms: number; readonly what: string; readonly bytes: number }[] = [];
  const note = (what: string, bytes: number) => sent.push({ ms: timers.nowUs() / 1000, what, bytes });
  const sender = {
    sendPart: ({ timestamp, payload }: PacedPart) => note(`new ${timestamp}`, payload.length),
    resendOne: (sequence: number) => {
      note(`again ${sequence}`, 1000);
      return true;
    },
    nextSequence: 3,
    pad: (sequence: number) => {
      note(`pad ${sequence}`, 1000);
      return true;
    },
    remembered: (sequence: number) => (sequence < 100 ? 1000 : 0),
  } as unknown as RtpSender;
  let number = 0;
  const pacer = new Pacer({ timers, nextSequence: () => number++ });
  pacer.setRate(kbps);
  const frame = (timestamp: number, parts: number): PacedPart[] =>
    Array.from({ length: parts }, (_, i) => ({
      sender,
      payload: Buffer.alloc(1130),
      timestamp,
      marker: i === parts - 1,
      payloadType: 96,
    }));
  return { timers, pacer, sender, sent, frame };
}

describe('a pacer', () => {
  it('spreads a large frame at two and a half times the rate, and sends a small one at once', () => {
    const { timers, pacer, sent, frame } = pace(1000);
    timers.advanceBy(100);
    pacer.push(frame(1, 1));
    expect(sent.length).toBe(1);
    timers.advanceBy(100);
    // 50 packets of 1,200 bytes: 60 KB at 2.5 Mbit/s are 192 ms.
    pacer.push(frame(2, 50));
    expect(sent.length).toBeLessThan(5);
    expect(pacer.queuedMs).toBeGreaterThan(170);
    timers.advanceBy(500);
    expect(sent.length).toBe(51);
    const took = sent.at(-1)!.ms - 200;
    expect(took).toBeGreaterThan(180);
    expect(took).toBeLessThan(205);
    expect(pacer.queuedMs).toBe(0);
  });

  it('sends again first, in turns with what is new, each number once, and nothing that is forgotten', () => {
    const { timers, pacer, sender, sent, frame } = pace(500);
    pacer.push(frame(1, 6));
    pacer.resend(sender, [7, 8, 7, 200]);
    timers.advanceBy(200);
    expect(sent.map(({ what }) => what).filter((what) => what.startsWith('again'))).toEqual(['again 7', 'again 8']);
    const order = sent.map(({ what }) => what[0]);
    expect(order.join('')).not.toContain('aa');
    expect(sent.length).toBe(8);
    pacer.push(frame(2, 6));
    pacer.resend(sender, [9, 10]);
    pacer.forget(sender);
    timers.advanceBy(200);
    expect(sent.filter(({ what }) => what.startsWith('again')).length).toBeLessThanOrEqual(3);
  });

  it('gives up what waits, and sends nothing once it is closed', () => {
    const { timers, pacer, sender, sent, frame } = pace(100);
    pacer.push(frame(1, 20));
    pacer.drop(sender);
    expect(pacer.queuedMs).toBe(0);
    const before = sent.length;
    timers.advanceBy(1000);
    expect(sent.length).toBe(before);
    pacer.push(frame(2, 20));
    pacer.close();
    const after = sent.length;
    timers.advanceBy(1000);
    pacer.push(frame(3, 1));
    expect(sent.length).toBe(after);
  });

  it('pads behind a frame without a gap, with what was sent last, and stops where nothing is remembered', () => {
    const { timers, pacer, sender, sent, frame } = pace(1000);
    let done = 0;
    pacer.push(frame(1, 2));
    pacer.pad(sender, 8 * 1070, () => done++);
    // What is new does not wait for it.
    timers.advanceBy(15);
    pacer.push(frame(2, 1));
    timers.advanceBy(500);
    const kinds = sent.map(({ what }) => what.split(' ')[0]);
    expect(kinds.filter((kind) => kind === 'pad').length).toBeLessThanOrEqual(8);
    expect(kinds.slice(0, 2)).toEqual(['new', 'new']);
    expect(kinds.indexOf('new', 2)).toBeLessThan(kinds.length - 1);
    expect(sent.find(({ what }) => what.startsWith('pad'))!.what).toBe('pad 2');
    const gaps = sent.slice(1).map(({ ms }, i) => ms - sent[i]!.ms);
    expect(Math.max(...gaps)).toBeLessThan(8);
    expect(done).toBe(1);
  });
});
