import type { Observable } from 'rxjs';
import type { HostCommand, HostEvent, HostReply } from './messages.js';

/**
 * Where graphs run. The control plane knows this interface and nothing behind it: the same messages reach a host in this process and one in
 * another.
 */
export interface MediaHost {
  /** Facts from running graphs and calls, in order. */
  readonly events$: Observable<HostEvent>;
  /** Sends one command. Rejects with a VoxError; then nothing has changed. */
  request<C extends HostCommand>(command: C): Promise<HostReply<C>>;
  /** Ends every graph and call, and the host. Idempotent. */
  close(): Promise<void>;
}
