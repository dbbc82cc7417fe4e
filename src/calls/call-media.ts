import type { Observable } from 'rxjs';
import type { Gateway } from '../media/gateway.js';
import type { Scheduler } from '../time/scheduler.js';

/** A fact about a call's media side, as plain JSON, such as `peer.connected` or `participant.joined`. */
export interface CallEvent {
  /** What happened, in the past tense. */
  readonly type: string;
  /** Plain-JSON particulars. */
  readonly [key: string]: unknown;
}

/** What the control plane asks of a call's media side, as plain JSON; each backend documents its own. */
export interface CallRequest {
  /** The imperative, such as `peer.offer`. */
  readonly type: string;
  /** Plain-JSON particulars. */
  readonly [key: string]: unknown;
}

/** The media side of one call: it lives beside the graph, and the control plane reaches it only by plain JSON. */
export interface CallMedia {
  /** What the graph's nodes see of the call. */
  readonly gateway: Gateway;
  /** Facts, a few per second at most. */
  readonly events$: Observable<CallEvent>;
  /** Does what is asked; resolves with plain JSON, rejects with a VoxError. */
  request(request: CallRequest): Promise<unknown>;
  /** Figures as plain JSON. */
  stats(): unknown;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** Makes the media side of a call. `config` is the backend's own, as plain JSON. */
export type CallMediaFactory = (config: Readonly<Record<string, unknown>>, scheduler: Scheduler) => Promise<CallMedia>;
