/** What the local data centre's world is made of. */

/** A password of two-step verification, as the server keeps it (https://core.telegram.org/api/srp). */
export interface Password {
  readonly salt1: Buffer;
  readonly salt2: Buffer;
  readonly verifier: Buffer;
  readonly hint: string;
}

/** An account. */
export interface User {
  readonly id: bigint;
  readonly phone: string;
  readonly firstName: string;
  readonly username?: string;
  readonly dc: number;
  readonly bot: boolean;
  password?: Password;
  /** Position in the common box of updates. */
  pts: number;
}

/** A basic group, or a channel: a supergroup if `megagroup`. */
export interface Chat {
  readonly kind: 'group' | 'channel';
  readonly id: bigint;
  readonly title: string;
  readonly username?: string;
  readonly megagroup: boolean;
  readonly members: Map<bigint, { admin: boolean }>;
  readonly banned: Set<bigint>;
  /** Whether everybody keeps it in the archive. */
  readonly archived?: boolean;
  /** Hash of its invite link. */
  readonly invite: string;
  call?: GroupCall;
  pts: number;
}

/** Camera or screen of a participant. */
export interface VideoSources {
  readonly endpoint: string;
  readonly groups: readonly { readonly semantics: string; readonly sources: readonly number[] }[];
  paused: boolean;
  readonly audioSource?: number;
}

/** Somebody in a call. */
export interface Participant {
  readonly userId: bigint;
  /** Whom he appears as: himself or a channel. */
  readonly as: { readonly user?: bigint; readonly channel?: bigint };
  /** Signed. */
  source: number;
  muted: boolean;
  canSelfUnmute: boolean;
  volume: number;
  raisedHand: boolean;
  videoStopped: boolean;
  /** Whether he gets parts of a broadcast, and has no connection. */
  readonly listens: boolean;
  video?: VideoSources;
  presentation?: VideoSources;
  readonly date: number;
  /** Who has muted him for himself, and how loud some hear him alone. */
  readonly mutedFor: Set<bigint>;
  readonly volumeFor: Map<bigint, number>;
}

/** A call of a chat. */
export interface GroupCall {
  readonly id: bigint;
  readonly chat: Chat;
  title: string;
  version: number;
  joinMuted: boolean;
  scheduleDate?: number;
  recordStart?: number;
  recordVideo: boolean;
  readonly rtmp: boolean;
  discarded: boolean;
  readonly startDate: number;
  /** What those hear who may not speak, where the call is broadcast: parts by the time they begin at, in milliseconds. */
  parts?: Map<number, Buffer>;
  readonly participants: Map<string, Participant>;
  /** What some set of others for themselves, by the others. */
  readonly settings: Map<string, Pick<Participant, 'mutedFor' | 'volumeFor'>>;
  readonly subscribers: Set<bigint>;
  readonly invites: { listener: string; speaker: string };
}

/** The key under which a participant stands in a call. */
export function peerKey(as: Participant['as']): string {
  return as.channel !== undefined ? `channel ${as.channel}` : `user ${as.user}`;
}

/** An answer with an error, as Telegram words it. */
export class RpcFault extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
