import { describe, expect, it } from 'vitest';
import { Subject } from 'rxjs';
import type { CallEvent, CallRequest } from '../../../src/calls/call-media.js';
import { type DescribingSignalling, linkCall } from '../../../src/calls/telegram/media-link.js';
import type { CallRef, ParticipantInfo, SignallingUpdate } from '../../../src/machines/signalling.js';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
const screen = (audioSource: number) => ({ endpoint: 'e', sourceGroups: [], audioSource, paused: false });
const ada: ParticipantInfo = { participantId: '1', source: 10, name: 'Ada', muted: false, handRaised: false };

function call(known: readonly ParticipantInfo[] = []) {
  const events$ = new Subject<CallEvent>();
  const updates$ = new Subject<SignallingUpdate>();
  const asked: CallRequest[] = [];
  const described: number[][] = [];
  const describe = async (sources: readonly number[]) => {
    described.push([...sources]);
    return known;
  };
  const signalling = { updates: () => updates$, describe } as unknown as DescribingSignalling;
  const linked = linkCall(signalling, { request: async (request) => asked.push(request), events$ });
  linked.signalling.updates({} as CallRef).subscribe();
  const hear = async (...sources: number[]): Promise<CallRequest[]> => {
    const from = asked.length;
    events$.next({ type: 'source.unknown', sources });
    await turn();
    return asked.slice(from);
  };
  const tell = (participant: ParticipantInfo): CallRequest[] => {
    const from = asked.length;
    updates$.next({ type: 'participant.changed', participant });
    return asked.slice(from);
  };
  return { hear, tell, updates$, asked, described };
}

describe('the sound of a screen', () => {
  it('is somebody of its own once it is heard, as loud as its owner, until the screen is gone', async () => {
    const { hear, tell, described } = call();
    expect(tell({ ...ada, screen: screen(11) })).toHaveLength(1);
    expect(await hear(11)).toEqual([
      { type: 'participant.set', participant: { participantId: '1 screen', source: 11, name: 'Ada (screen)', muted: false } },
    ]);
    expect(described).toEqual([]);
    expect(tell({ ...ada, volume: 0.5, screen: screen(11) }).at(-1)).toMatchObject({
      participant: { participantId: '1 screen', volume: 0.5 },
    });
    expect(tell(ada).at(-1)).toEqual({ type: 'participant.left', participantId: '1 screen' });
  });

  it('goes with its owner, and with a new source is another', async () => {
    const { hear, tell, updates$, asked } = call();
    tell({ ...ada, screen: screen(11) });
    await hear(11);
    expect(tell({ ...ada, screen: screen(12) }).at(-1)).toEqual({ type: 'participant.left', participantId: '1 screen' });
    await hear(12);
    updates$.next({ type: 'participant.left', participantId: '1' });
    expect(asked.slice(-2).map((request) => request['participantId'])).toEqual(['1 screen', '1']);
  });

  it('is found by asking whose it is, and nobody else is asked for', async () => {
    const { hear, described } = call([{ ...ada, screen: screen(11) }]);
    expect(await hear(11, 99)).toMatchObject([
      { type: 'participant.set', participant: { participantId: '1' } },
      { type: 'participant.set', participant: { participantId: '1 screen', source: 11 } },
      { type: 'source.unnamed', sources: [99] },
    ]);
    expect(described).toEqual([[11, 99]]);
  });

  it('is none where it has the source of the voice', async () => {
    const { hear, tell } = call();
    tell({ ...ada, screen: screen(10) });
    expect(await hear(10)).toMatchObject([{ type: 'source.unnamed' }]);
  });
});
