import { expect, it } from 'vitest';
import { parseTransportFeedback } from '../../../../src/calls/webrtc/congestion/transport-feedback.js';
import { PtsClock } from '../../../../src/calls/webrtc/pts-clock.js';
import type { RtcpReporter } from '../../../../src/calls/webrtc/rtcp-reporter.js';
import { createRtpHeaderView, parseRtpHeader } from '../../../../src/calls/webrtc/rtp.js';
import { RtpHeaderWriter } from '../../../../src/calls/webrtc/rtp-extensions.js';
import type { SrtpCipher } from '../../../../src/calls/webrtc/srtp-cipher.js';
import { PeerVideo } from '../../../../src/calls/webrtc/video/peer-video.js';
import { createVirtualScheduler } from '../../../../src/time/index.js';

const EXTENSION = 5;

it('tells every 100 ms what numbered sound came, though there are no pictures, and does not wake up while none comes', () => {
  const clock = createVirtualScheduler();
  let waiting = 0;
  const timers = {
    nowUs: () => clock.nowUs(),
    after: (delayMs: number, run: () => void) => {
      waiting++;
      return clock.after(delayMs, () => {
        waiting--;
        run();
      });
    },
  };
  const told: { atMs: number; numbers: number[] }[] = [];
  const sendAlone = (packet: Buffer) => {
    const packets = parseTransportFeedback(packet)?.packets ?? [];
    told.push({ atMs: clock.now(), numbers: packets.filter((one) => one.arrivalUs !== undefined).map((one) => one.sequence) });
  };
  const video = new PeerVideo({
    timers,
    videos: [],
    ssrcs: new Map(),
    ptsClock: new PtsClock(),
    ssrc: 1,
    participantId: undefined,
    sources: new Map(),
    rtcp: () => ({ sendAlone }) as unknown as RtcpReporter,
    rttMs: () => undefined,
    heardUs: () => undefined,
    audioKbps: () => 0,
    onIncoming: () => {},
    onDemand: () => {},
    cipher: {} as SrtpCipher,
    transmit: () => {},
    random32: () => 0,
  });
  const writer = new RtpHeaderWriter({ payloadType: 111, ssrc: 7 }, { transportCc: EXTENSION });
  const header = createRtpHeaderView();
  const comes = (transportSequence: number): void => {
    const datagram = Buffer.alloc(writer.bytes + 10);
    const fields = {
      sequence: transportSequence,
      timestamp: 0,
      marker: false,
      levelDbov: undefined,
      wallUs: 0,
      transportSequence,
    };
    writer.write(datagram, fields);
    parseRtpHeader(datagram, header);
    video.arrived(datagram, header, EXTENSION, clock.nowUs());
  };
  video.start();
  expect(waiting).toBe(0);
  for (let n = 0; n < 5; n++) {
    comes(n);
    clock.advanceBy(60);
  }
  expect(told).toEqual([
    { atMs: 100, numbers: [0, 1] },
    { atMs: 200, numbers: [2, 3] },
    { atMs: 300, numbers: [4] },
  ]);
  clock.advanceBy(1000);
  expect(told).toHaveLength(3);
  expect(waiting).toBe(0);
  comes(5);
  clock.advanceBy(1000);
  expect(told.slice(3)).toEqual([{ atMs: 1400, numbers: [5] }]);
  expect(waiting).toBe(0);
  video.close();
});
