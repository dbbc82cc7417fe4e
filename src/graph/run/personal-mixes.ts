import type { Subscription } from 'rxjs';
import type { Gateway } from '../../media/gateway.js';
import type { NodeRun } from './node-run.js';
import type { Scope } from './scope.js';

/** Personal scopes of a new plan, made beside the present ones and not heard yet. */
export interface PreparedMixes {
  /** They take the place of the present ones. */
  takeOver(): void;
  /** They are not wanted after all. */
  giveUp(): void;
}

/** A personal scope, and what lets it be heard. */
export interface PersonalScope {
  readonly scope: Scope;
  readonly admit: () => void;
}

/** The personal mixes of a running graph: a scope of its own for each participant who both speaks and listens. */
export class PersonalMixes {
  readonly #scopes = new Map<string, Scope>();
  readonly #closing = new Set<Promise<void>>();
  readonly #subscription: Subscription;
  #make: (participantId: string) => PersonalScope;

  /**
   * Makes and ends scopes as the call wants them.
   *
   * @param make builds a participant's scope.
   * @param onError told what building one threw.
   */
  constructor(
    gateway: Gateway,
    make: (participantId: string) => PersonalScope,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#make = make;
    this.#subscription = gateway.personalMixes$.subscribe({
      next: (wanted) => {
        for (const participant of [...this.#scopes.keys()]) if (!wanted.has(participant)) this.#end(participant);
        for (const participant of wanted) {
          if (this.#scopes.has(participant)) continue;
          this.#add(participant, this.#start(participant, this.#make));
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

  /** How scopes are made for those who come from now on. */
  remake(make: (participantId: string) => PersonalScope): void {
    this.#make = make;
  }

  /** Makes a scope of a new plan for everybody who has one, on trial. */
  prepare(make: (participantId: string) => PersonalScope): PreparedMixes {
    const prepared = new Map([...this.#scopes.keys()].map((participant) => [participant, this.#start(participant, make)]));
    return {
      takeOver: () => {
        this.#make = make;
        for (const participant of [...this.#scopes.keys()]) {
          this.#end(participant);
          this.#add(participant, prepared.get(participant) ?? this.#start(participant, make));
          prepared.delete(participant);
        }
        for (const left of prepared.values()) if (left) void left.scope.close();
      },
      giveUp: () => {
        for (const left of prepared.values()) if (left) void left.scope.close();
      },
    };
  }

  /** Ends all, and makes no more; resolves when everything of them is cleaned up. */
  async close(): Promise<void> {
    this.#subscription.unsubscribe();
    for (const participant of [...this.#scopes.keys()]) this.#end(participant);
    await Promise.all(this.#closing);
  }

  #start(participant: string, make: (participantId: string) => PersonalScope): PersonalScope | undefined {
    try {
      const made = make(participant);
      made.scope.start();
      return made;
    } catch (error) {
      this.onError(error);
      return undefined;
    }
  }

  #add(participant: string, made: PersonalScope | undefined): void {
    if (!made) return;
    this.#scopes.set(participant, made.scope);
    made.admit();
  }

  #end(participant: string): void {
    const scope = this.#scopes.get(participant)!;
    this.#scopes.delete(participant);
    const closing = scope.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
