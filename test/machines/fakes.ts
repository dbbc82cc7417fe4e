import { NEVER, Subject } from 'rxjs';
import { callActors } from '../../src/machines/call-actors.js';
import { type CallEnvironment, createCallMachine } from '../../src/machines/call.js';
import type { CallRef, Joined, Signalling, SignallingUpdate } from '../../src/machines/signalling.js';
import { createSessionMachine } from '../../src/machines/session.js';
import { createSignInMachine } from '../../src/machines/sign-in.js';
import { sourceActors } from '../../src/machines/source-actors.js';
import type { MediaCommand, StreamFact } from '../../src/machines/source-types.js';
import type { Transport, TransportEvent, TransportParams } from '../../src/machines/transport.js';

export const REF: CallRef = { address: 'room:lobby', id: 'lobby' };
export const forever = (): Promise<never> => new Promise(() => {});

/** A server whose answers a test can replace, and which counts. */
export class FakeSignalling implements Signalling {
  calls: string[] = [];
  updates$ = new Subject<SignallingUpdate>();
  onResolve: () => Promise<CallRef> = async () => REF;
  onJoin: (params: TransportParams) => Promise<Joined> = async () => ({ answer: { kind: 'local' } });
  onLeave: () => Promise<void> = async () => {};
  onEdit: () => Promise<void> = async () => {};

  resolve(): Promise<CallRef> {
    this.calls.push('resolve');
    return this.onResolve();
  }
  join(_ref: CallRef, params: TransportParams, self: object): Promise<Joined> {
    this.calls.push(`join ${params.source} ${JSON.stringify(self)}`);
    return this.onJoin(params);
  }
  leave({ source }: { source: number }): Promise<void> {
    this.calls.push(`leave ${source}`);
    return this.onLeave();
  }
  edit(_membership: object, self: object): Promise<void> {
    this.calls.push(`edit ${JSON.stringify(self)}`);
    return this.onEdit();
  }
  updates(): Subject<SignallingUpdate> {
    return this.updates$;
  }
}

/** A transport that connects as soon as it has an answer, unless told otherwise. */
export class FakeTransport implements Transport {
  closed = 0;
  readonly events$ = new Subject<TransportEvent>();
  constructor(
    readonly source: number,
    readonly connects = true,
  ) {}
  async open(): Promise<TransportParams> {
    return { source: this.source, sourceGroups: [] };
  }
  async apply(): Promise<void> {
    if (this.connects) this.events$.next({ type: 'transport.connected' });
  }
  close(): void {
    this.closed++;
  }
}

/** A call's machine whose effects never answer: for walking the chart. */
export function paperCall(limits: CallEnvironment['limits'] = {}) {
  const signalling: Signalling = { resolve: forever, join: forever, leave: forever, edit: forever, updates: () => NEVER };
  const transport = (): Transport => ({ open: forever, apply: forever, events$: NEVER, close: () => {} });
  return createCallMachine({ actors: callActors(signalling, transport), nowMs: () => 0, random: () => 0.5, limits });
}

/** A session's machine whose effects never answer: for walking the chart. */
export function paperSession() {
  const effects = { connect: forever, close: forever, watch: () => NEVER };
  return createSessionMachine({ effects, nowMs: () => 0, random: () => 0.5 });
}

/** A sign-in's machine whose effects never answer: for walking the chart. */
export function paperSignIn() {
  const steps = { connect: forever, sendCode: forever, resendCode: forever, checkCode: forever, checkPassword: forever };
  const effects = { ...steps, requestQr: forever, keep: forever, close: forever, scanned: () => NEVER };
  return createSignInMachine({ effects, nowMs: () => 0, random: () => 0.5, limits: { maxWrong: 2 } });
}

/** A media host that only takes notes. */
export class FakeMedia {
  commands: MediaCommand[] = [];
  readonly facts$ = new Subject<StreamFact>();
  readonly actors = sourceActors(this);
  send(command: MediaCommand): void {
    this.commands.push(command);
  }
}

/** mulberry32: small seeded random numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
