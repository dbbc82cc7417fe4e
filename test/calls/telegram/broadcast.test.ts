import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type BroadcastSource, fetchBroadcast } from '../../../src/calls/telegram/broadcast.js';
import { listenInstead } from '../../../src/calls/telegram/broadcast-link.js';
import { TelegramRpcError } from '../../../src/calls/telegram/port.js';
import type { CallError } from '../../../src/machines/failure.js';
import type { Transport, TransportAnswer, TransportEvent } from '../../../src/machines/transport.js';
import { createVirtualScheduler } from '../../../src/time/virtual.js';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
const refusal = (text: string, code = 400) => new TelegramRpcError('upload.GetFile', code, text);

/** A broadcast whose answers are the test's: an error, or the part. */
function stage(answers: (timeMs: number, dcId: number | undefined) => Error | undefined, newest = () => 100_500) {
  const scheduler = createVirtualScheduler();
  const asked: [ms: number, timeMs: number, dcId: number | undefined][] = [];
  const begun: number[] = [];
  const nowMs = (): number => scheduler.nowUs() / 1000;
  const source: BroadcastSource = {
    newestMs: async () => {
      begun.push(nowMs());
      return newest();
    },
    part: async (timeMs, dcId) => {
      asked.push([nowMs(), timeMs, dcId]);
      const error = answers(timeMs, dcId);
      if (error) throw error;
      return Buffer.from(String(timeMs));
    },
  };
  const got: number[] = [];
  let error: CallError | undefined;
  const subscription = fetchBroadcast(source, scheduler).subscribe({
    next: ({ timeMs }) => got.push(timeMs),
    error: (thrown: CallError) => (error = thrown),
  });
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 10) {
      scheduler.advanceBy(10);
      for (let n = 0; n < 6; n++) await turn();
    }
  };
  return { pass, asked, begun, got, subscription, error: () => error };
}

describe('fetching a broadcast', () => {
  it('begins 2 s behind the newest part, and asks again every 100 ms for what is not made yet', async () => {
    let newest = 100_000;
    const { pass, got, asked, subscription } = stage((timeMs) => (timeMs > newest ? refusal('TIME_TOO_BIG') : undefined));
    await pass(500);
    expect(got).toEqual([98_000, 99_000, 100_000]);
    const waits = asked.filter(([, timeMs]) => timeMs === 101_000).map(([ms]) => ms);
    expect(waits.length).toBeGreaterThan(3);
    for (const [n, ms] of waits.slice(2).entries()) expect(ms - waits[n + 1]!).toBe(100);
    newest = 101_000;
    await pass(200);
    expect(got.at(-1)).toBe(101_000);
    subscription.unsubscribe();
    const count = asked.length;
    await pass(1000);
    expect(asked).toHaveLength(count);
  });

  it('waits for a broadcast that has not begun', async () => {
    let newest = 0;
    const { pass, got, begun } = stage(
      () => undefined,
      () => newest,
    );
    await pass(2500);
    expect(begun).toHaveLength(3);
    newest = 50_000;
    await pass(1000);
    expect(got[0]).toBe(48_000);
  });

  it.each(['CALL_MIGRATE_4', 'FILE_MIGRATE_4'])('asks where it is sent by %s from then on', async (text) => {
    const { pass, asked, got } = stage((_timeMs, dcId) => (dcId === 4 ? undefined : refusal(text, 303)));
    await pass(300);
    expect(asked[0]![2]).toBeUndefined();
    expect(asked.slice(1).every(([, , dcId]) => dcId === 4)).toBe(true);
    expect(got.slice(0, 2)).toEqual([98_000, 99_000]);
  });

  it('keeps a pause that is asked for, then goes on with what is newest', async () => {
    let flooded = true;
    let newest = 100_000;
    const { pass, asked, got } = stage(
      () => {
        const error = flooded ? refusal('FLOOD_WAIT_3', 420) : undefined;
        flooded = false;
        return error;
      },
      () => newest,
    );
    await pass(500);
    expect(asked).toHaveLength(1);
    newest = 103_000;
    await pass(3000);
    expect(got[0]).toBe(101_000);
  });

  it('looks up what is newest after errors that it does not know, and gives up after ten', async () => {
    const { pass, begun, error } = stage(() => refusal('TIME_INVALID'));
    await pass(500);
    expect(begun.length).toBeGreaterThan(2);
    expect(error()).toBeUndefined();
    await pass(3000);
    expect(begun).toHaveLength(10);
    expect(error()!.failure).toMatchObject({ code: 'TELEGRAM_REFUSED' });
  });

  it.each(['GROUPCALL_JOIN_MISSING', 'GROUPCALL_FORBIDDEN'])('is over with %s: the call is joined anew', async (text) => {
    const { pass, error } = stage(() => refusal(text));
    await pass(200);
    expect(error()!.failure).toMatchObject({ code: 'CALL_CONNECTION_LOST', retry: 'backoff' });
  });
});

describe('listening instead of joining', () => {
  const answer: TransportAnswer = { kind: 'webrtc', ice: { ufrag: '', pwd: '', fingerprints: [] }, candidates: [] };

  function listener(rejoined: () => Promise<TransportAnswer>) {
    const events$ = new Subject<TransportEvent>();
    const applied: string[] = [];
    const inner: Transport = {
      open: async () => ({ source: 1, sourceGroups: [] }),
      apply: async ({ kind }) => void applied.push(kind),
      events$,
      close: () => applied.push('closed'),
    };
    const mayJoin$ = new Subject<void>();
    const parts = () => new Subject<never>();
    const ways = { parts, take: () => {}, mayJoin$, rejoin: async () => ({ answer: await rejoined() }) };
    const transport = listenInstead(inner, ways);
    return { transport, events$, applied, mayJoin$ };
  }

  it('joins again when it may, once at a time, and ends to listen when that is connected', async () => {
    let asked = 0;
    const { transport, applied, mayJoin$, events$ } = listener(async () => (asked++, answer));
    await transport.apply({ kind: 'broadcast', rtmp: false });
    events$.next({ type: 'transport.connected' });
    mayJoin$.next();
    mayJoin$.next();
    await turn();
    expect([asked, applied]).toEqual([1, ['broadcast', 'webrtc']]);
    expect(mayJoin$.observed).toBe(true);
    // A connection is being made: joining once more would take it away.
    mayJoin$.next();
    await turn();
    expect(asked).toBe(1);
    events$.next({ type: 'transport.connected' });
    // Nobody listens for parts, or for leave to join, any more.
    expect(mayJoin$.observed).toBe(false);
    transport.close();
    expect(applied.at(-1)).toBe('closed');
  });

  it('listens on when it is still not let in, and when asking fails', async () => {
    const answers = [
      async (): Promise<TransportAnswer> => ({ kind: 'broadcast', rtmp: false }),
      async (): Promise<TransportAnswer> => {
        throw refusal('FLOOD_WAIT_9', 420);
      },
      async () => answer,
    ];
    const { transport, applied, mayJoin$ } = listener(() => answers.shift()!());
    await transport.apply({ kind: 'broadcast', rtmp: false });
    for (let n = 0; n < 3; n++) {
      mayJoin$.next();
      await turn();
    }
    expect(applied).toEqual(['broadcast', 'webrtc']);
    transport.close();
  });

  it('fetches nothing when it is closed while the answer is applied', async () => {
    const { transport, mayJoin$ } = listener(async () => answer);
    const applying = transport.apply({ kind: 'broadcast', rtmp: false });
    transport.close();
    await applying;
    expect(mayJoin$.observed).toBe(false);
  });

  it('leaves an answer with a connection as it is', async () => {
    const { transport, applied, mayJoin$ } = listener(async () => answer);
    await transport.apply(answer);
    expect(applied).toEqual(['webrtc']);
    expect(mayJoin$.observed).toBe(false);
  });
});
