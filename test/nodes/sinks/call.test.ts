import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/media/packet.js';
import { callSink } from '../../../src/nodes/sinks/call.js';
import { renderNode } from '../../../src/testing/index.js';
import { fakeGateway } from '../support/gateway.js';

const packet = (byte: number): Packet => ({
  kind: 'packet',
  codec: 'opus',
  ptsUs: byte * 20_000,
  durationUs: 20_000,
  key: true,
  data: Uint8Array.of(byte),
});

describe('sink.call', () => {
  it('sends each packet to the call and finishes with its input', async () => {
    const gateway = fakeGateway();
    const { finished } = await renderNode(callSink, {
      gateway,
      inputs: { audio: { values: [packet(0), undefined, packet(2)] } },
    });
    expect(gateway.sent.map(({ packet: sent, to }) => [sent.data[0], to])).toEqual([
      [0, undefined],
      [2, undefined],
    ]);
    expect(finished).toBe(true);
  });

  it('sends a personal mix to its listener alone', async () => {
    const gateway = fakeGateway();
    await renderNode(callSink, { gateway, personalMixOf: 'ann', inputs: { audio: { values: [packet(0)] } } });
    expect(gateway.sent.map(({ to }) => to)).toEqual(['ann']);
  });

  it('runs on while nothing comes', async () => {
    const { finished } = await renderNode(callSink, {
      gateway: fakeGateway(),
      inputs: { audio: { values: Array<undefined>(100) } },
      durationMs: 200,
    });
    expect(finished).toBe(false);
  });

  it('needs a call', async () => {
    await expect(renderNode(callSink)).rejects.toThrow(/needs a call/);
  });
});
