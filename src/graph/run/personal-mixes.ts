import type { Subscription } from 'rxjs';
import type { Gateway } from '../../media/gateway.js';
import type { NodeRun } from './node-run.js';
import type { Scope } from './scope.js';

/** The personal mixes of a running graph: a scope of its own for each participant who both speaks and listens. */
export class PersonalMixes {
  readonly #scopes = new Map<string, Scope>();
  readonly #closing = new Set<Promise<void>>();
  readonly #subscription: Subscription;

  /**
   * Makes and ends scopes as the call wants them.
   *
   * @param make builds a participant's scope.
   * @param onError told what building one threw.
   */
  constructor(gateway: Gateway, make: (participantId: string) => Scope, onError: (error: unknown) => void) {
    this.#subscription = gateway.personalMixes$.subscribe({
      next: (wanted) => {
        for (const participant of [...this.#scopes.keys()]) if (!wanted.has(participant)) this.#end(participant);
        for (const participant of wanted) {
          if (this.#scopes.has(participant)) continue;
          try {
            const scope = make(participant);
            this.#scopes.set(participant, scope);
            scope.start();
          } catch (error) {
            onError(error);
          }
        }
      },
      error: onError,
    });
  }

  /** The scopes by participant. */
  get scopes(): ReadonlyMap<string, Scope> {
    return this.#scopes;
  }

  /** A node's personal instances. */
  instancesOf(node: string): NodeRun[] {
    return [...this.#scopes.values()].flatMap((scope) => scope.nodes.get(node) ?? []);
  }

  /** Ends all, and makes no more; resolves when everything of them is cleaned up. */
  async close(): Promise<void> {
    this.#subscription.unsubscribe();
    for (const participant of [...this.#scopes.keys()]) this.#end(participant);
    await Promise.all(this.#closing);
  }

  #end(participant: string): void {
    const scope = this.#scopes.get(participant)!;
    this.#scopes.delete(participant);
    const closing = scope.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
