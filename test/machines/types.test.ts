import { createActor } from 'xstate';
import { describe, expect, it } from 'vitest';
import { createSourceMachine } from '../../src/machines/source.js';
import type { CallEnd, CallEvent } from '../../src/machines/call-types.js';
import { callFailure } from '../../src/machines/failure.js';
import { FakeMedia, paperCall } from './fakes.js';

// The compiler is what tests here: each line below a mark must be an error, and an unused mark is one too.
export function misuse(): void {
  const call = createActor(paperCall(), { input: { address: 'room:lobby' } });
  // @ts-expect-error an event that does not exist
  call.send({ type: 'call.leaf' });
  // @ts-expect-error a change without its data
  call.send({ type: 'call.edit' });
  // @ts-expect-error a volume is a number
  call.send({ type: 'call.edit', change: { volume: 'loud' } });
  // @ts-expect-error a call has no such state
  call.getSnapshot().matches('playing');
  // @ts-expect-error no such fact is told
  call.on('call.stopped', () => {});
  // @ts-expect-error an address is needed
  createActor(paperCall(), { input: {} });
  const source = createActor(createSourceMachine({ actors: new FakeMedia().actors, nowMs: () => 0 }), { input: { src: 'a' } });
  // @ts-expect-error a position is needed
  source.send({ type: 'source.seek' });
  // @ts-expect-error facts belong to a generation
  source.send({ type: 'stream.paused', positionMs: 1 });
  // @ts-expect-error ends are a closed set
  const end: CallEnd = { type: 'bored' };
  // @ts-expect-error codes are those of the table
  callFailure('NO_SUCH_CODE', {}, 'never');
  // @ts-expect-error commands are not in the past tense
  const event: CallEvent = { type: 'call.left' };
  void [end, event];
}

describe('what the machines take', () => {
  it('is checked by the compiler', () => {
    expect(misuse).toBeTypeOf('function');
  });
});
