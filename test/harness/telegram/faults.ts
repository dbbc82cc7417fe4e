/** What is to go wrong with a request. */
export interface RequestFault {
  /** Such as `phone.JoinGroupCall`. */
  readonly method: string;
  /** Only of this user. */
  readonly user?: bigint;
  /** How often; default once. */
  readonly times?: number;
  /** An error as the answer, such as `[420, 'FLOOD_WAIT_30']`; nothing is done. */
  readonly error?: readonly [number, string];
  /** `before`: nothing is done, no answer, and the connection ends. `after`: it is done, but the connection ends instead of an answer. */
  readonly cut?: 'before' | 'after';
  /** Done or not, no answer ever comes. */
  readonly drop?: true;
  /** The request waits until the test releases it. */
  readonly hold?: true;
}

/** What is to go wrong with updates on their way to a client. */
export interface UpdateFault {
  /** Such as `UpdateGroupCallParticipants`. */
  readonly update: string;
  readonly user?: bigint;
  readonly times?: number;
  /** `swap`: the packet is sent behind the next one. */
  readonly kind: 'drop' | 'duplicate' | 'swap';
}

/** Faults that wait for their moment. */
export class Faults<T extends { readonly user?: bigint; readonly times?: number }> {
  #waiting: { readonly fault: T; left: number }[] = [];

  add(fault: T): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** The first that applies; its count goes down. */
  take(user: bigint | undefined, applies: (fault: T) => boolean): T | undefined {
    const found = this.#waiting.find(
      ({ fault, left }) => left > 0 && (fault.user === undefined || fault.user === user) && applies(fault),
    );
    if (!found) return undefined;
    found.left--;
    return found.fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}
