import type { AuthKey, Session } from '../mtproto/session.js';
import type { TlObject } from '../tl/codec.js';
import type { User } from '../world/model.js';
import { RpcFault } from '../world/model.js';
import type { World } from '../world/world.js';
import type { SignIns } from './sign-ins.js';

/** Who asks. */
export interface RpcContext {
  readonly world: World;
  readonly signIns: SignIns;
  /** Absent when a test acts as a user without a client. */
  readonly session?: Session;
  readonly key?: AuthKey;
  /** Absent before a sign-in. */
  readonly me?: User;
  /** Tells the test of something that no correct client does. */
  readonly violation: (what: string) => void;
  /** The addresses of all data centres. */
  readonly dcOptions: readonly { id: number; ip: string }[];
}

/** Answers one method. @throws RpcFault. */
export type RpcHandler = (context: RpcContext, request: TlObject) => unknown;

/** Who asks, for those who hear of it. */
export function doer(context: RpcContext): { me: bigint; session?: unknown } {
  return { me: signedIn(context).id, session: context.session };
}

/** The user who asks. @throws RpcFault if nobody is signed in. */
export function signedIn({ me }: RpcContext): User {
  if (!me) throw new RpcFault(401, 'AUTH_KEY_UNREGISTERED');
  return me;
}
