import type { DataCentre } from './data-centre.js';
import type { TlObject } from './tl/codec.js';

/** Parameters of a join that a server takes. */
export function guestParams(source: number, groups: readonly object[] = []): string {
  const fingerprint = Array.from({ length: 32 }, () => '0F').join(':');
  return JSON.stringify({
    ufrag: 'guest',
    pwd: 'guestguestguestguestguest',
    fingerprints: [{ hash: 'sha-256', setup: 'passive', fingerprint }],
    ssrc: source | 0,
    'ssrc-groups': groups,
  });
}

/** Somebody in a call without a client: what he asks is asked inside the data centre. */
export class Guest {
  readonly user: bigint;
  readonly call: bigint;
  readonly #centre: DataCentre;

  constructor(centre: DataCentre, user: bigint, call: bigint) {
    this.#centre = centre;
    this.user = user;
    this.call = call;
  }

  /** Makes a request about the call. */
  async ask(method: string, fields: Readonly<Record<string, unknown>> = {}): Promise<TlObject> {
    const call = await this.#centre.inputOf(this.user, 'call', this.call);
    return (await this.#centre.invokeAs(this.user, { _: method, call, ...fields })) as TlObject;
  }

  join(source: number, fields: Readonly<Record<string, unknown>> = {}, groups: readonly object[] = []): Promise<TlObject> {
    return this.joinWith(guestParams(source, groups), fields);
  }

  /** Joins with the parameters of somebody else's making. */
  joinWith(params: string, fields: Readonly<Record<string, unknown>> = {}): Promise<TlObject> {
    return this.ask('phone.JoinGroupCall', {
      joinAs: { _: 'InputPeerSelf' },
      params: { _: 'DataJSON', data: params },
      ...fields,
    });
  }

  /** Everybody in the call, as he is told of them. */
  async participants(): Promise<TlObject[]> {
    const answer = await this.ask('phone.GetGroupParticipants', { ids: [], sources: [], offset: '', limit: 100 });
    return answer['participants'] as TlObject[];
  }

  leave(): Promise<TlObject> {
    return this.ask('phone.LeaveGroupCall', { source: 0 });
  }

  /** Changes how he, or somebody else, takes part. */
  async edit(fields: Readonly<Record<string, unknown>>, whom = this.user): Promise<TlObject> {
    const participant = whom === this.user ? { _: 'InputPeerSelf' } : await this.#centre.inputOf(this.user, 'user', whom);
    return this.ask('phone.EditGroupCallParticipant', { participant, ...fields });
  }
}
