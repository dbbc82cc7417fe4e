import type { Unsubscribable } from 'rxjs';
import { type EventObject, fromCallback, fromPromise } from 'xstate';
import type { TransportOpened } from './call-types.js';
import { callFailure, failureFrom } from './failure.js';
import type {
  CallRef,
  CallUpdate,
  Joined,
  Membership,
  ParticipantUpdate,
  SelfChange,
  Signalling,
  SignallingLost,
  SignallingUpdate,
} from './signalling.js';
import type { Transport, TransportAnswer, TransportEvent, TransportParams } from './transport.js';

/** What the machine tells its transport. */
export interface ApplyAnswer extends EventObject {
  readonly type: 'transport.apply';
  /** The server's answer. */
  readonly answer: TransportAnswer;
}

/** The effects of a call, by the names its chart gives them. */
export type CallActors = ReturnType<typeof callActors>;

/**
 * The effects of a call as actors: what they give after they were stopped reaches nobody.
 *
 * @param signalling the server.
 * @param createTransport makes the transport of one attempt.
 * @param onParticipant told what happens to the others; they concern the engine's state, not the course of the call.
 */
export function callActors(
  signalling: Signalling,
  createTransport: () => Transport,
  onParticipant: (update: ParticipantUpdate) => void = () => {},
) {
  return {
    resolve: fromPromise<CallRef, { address: string }>(async ({ input, signal }) => signalling.resolve(input.address, signal)),

    join: fromPromise<Joined, { ref: CallRef; params: TransportParams; self: SelfChange }>(async ({ input, signal }) => {
      const joined = await signalling.join(input.ref, input.params, input.self, signal);
      // Nobody waits for this any more, but the server now lists us: without this we would stay as a ghost.
      if (signal.aborted) await signalling.leave({ ref: input.ref, source: input.params.source }, new AbortController().signal);
      return joined;
    }),

    leave: fromPromise<void, { membership: Membership }>(async ({ input, signal }) => signalling.leave(input.membership, signal)),

    edit: fromPromise<void, { membership: Membership; self: SelfChange }>(async ({ input, signal }) =>
      signalling.edit(input.membership, input.self, signal),
    ),

    updates: fromCallback<EventObject, { ref: CallRef }, CallUpdate | SignallingLost>(({ input, sendBack }) => {
      const lost = (thrown: unknown): void =>
        sendBack({ type: 'signalling.lost', failure: failureFrom(thrown, 'hear the server') });
      try {
        const subscription = signalling.updates(input.ref).subscribe({
          next: (update) => {
            if (isParticipantUpdate(update)) onParticipant(update);
            else sendBack(update);
          },
          error: lost,
          complete: () => lost(new Error('the server ended its updates')),
        });
        return () => subscription.unsubscribe();
      } catch (thrown) {
        lost(thrown);
        return undefined;
      }
    }),

    transport: fromCallback<ApplyAnswer, undefined, TransportEvent | TransportOpened>(({ sendBack, receive }) => {
      const failed = (thrown: unknown, task: string): void =>
        sendBack({ type: 'transport.failed', failure: failureFrom(thrown, task) });
      // An error that leaves a callback actor would end the whole machine, so nothing may.
      let transport: Transport | undefined;
      let subscription: Unsubscribable | undefined;
      try {
        const made = (transport = createTransport());
        subscription = made.events$.subscribe({
          next: (event) => sendBack(event),
          error: (thrown: unknown) => failed(thrown, 'keep its transport'),
          complete: () =>
            sendBack({
              type: 'transport.failed',
              failure: callFailure('CALL_CONNECTION_LOST', { reason: 'it was closed' }, 'backoff'),
            }),
        });
        receive(({ answer }) => {
          step(() => made.apply(answer)).catch((thrown: unknown) => failed(thrown, 'use the answer of the server'));
        });
        step(() => made.open()).then(
          (params) => sendBack({ type: 'transport.opened', params }),
          (thrown: unknown) => failed(thrown, 'prepare its transport'),
        );
      } catch (thrown) {
        failed(thrown, 'make a transport');
      }
      return () => {
        subscription?.unsubscribe();
        try {
          transport?.close();
        } catch {
          // It broke its promise not to throw; the attempt is over all the same.
        }
      };
    }),
  };
}

/** Runs something that returns a promise so that what it throws at once rejects too. */
async function step<T>(run: () => Promise<T>): Promise<T> {
  return run();
}

function isParticipantUpdate(update: SignallingUpdate): update is ParticipantUpdate {
  return update.type.startsWith('participant.');
}
