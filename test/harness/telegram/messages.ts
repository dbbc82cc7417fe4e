import type { RequestFault, UpdateFault } from './faults.js';
import type { TlObject } from './tl/codec.js';
import type { SfuPlace } from './world/world.js';

/** An account to make. */
export interface UserSpec {
  /** Digits only. */
  readonly phone: string;
  readonly firstName: string;
  readonly username?: string;
  readonly password?: string;
  readonly hint?: string;
  readonly bot?: boolean;
  /** Default 1. */
  readonly dc?: number;
}

/** A chat to make. */
export interface ChatSpec {
  readonly kind: 'group' | 'channel';
  readonly title: string;
  readonly members: readonly bigint[];
  readonly admins?: readonly bigint[];
  readonly username?: string;
  readonly megagroup?: boolean;
  readonly invite?: string;
  readonly archived?: boolean;
}

/** A call to make. */
export interface CallSpec {
  readonly title?: string;
  readonly scheduleDate?: number;
  readonly rtmp?: boolean;
  readonly joinMuted?: boolean;
}

/** A call, as a test looks at it. */
export interface CallState {
  readonly version: number;
  readonly title: string;
  readonly discarded: boolean;
  readonly invites: { readonly listener: string; readonly speaker: string };
  readonly recording: boolean;
  readonly scheduled: boolean;
  readonly participants: readonly {
    readonly userId: bigint;
    readonly as: { readonly user?: bigint; readonly channel?: bigint };
    /** Signed. */
    readonly source: number;
    readonly muted: boolean;
    readonly canSelfUnmute: boolean;
    readonly volume: number;
    readonly raisedHand: boolean;
    readonly presents: boolean;
  }[];
}

/** What a test may do with a data centre. */
export interface Operations {
  listen(id: number, ip: string): Promise<number>;
  addUser(spec: UserSpec): bigint;
  addChat(spec: ChatSpec): bigint;
  addCall(chat: bigint, spec: CallSpec): bigint;
  /** Does a request as a user, without a client. */
  invokeAs(user: bigint, request: TlObject): Promise<unknown>;
  /** How a user names a call, channel or user in a request. */
  inputOf(viewer: bigint, kind: 'call' | 'channel' | 'user', id: bigint): TlObject;
  push(user: bigint, updates: readonly TlObject[]): void;
  codeOf(phone: string): string | undefined;
  expireCode(phone: string): void;
  /** What the last QR code holds. */
  lastLoginToken(): Buffer;
  presharedKey(user: bigint): { key: Buffer; dc: number };
  requestFault(fault: RequestFault): void;
  updateFault(fault: UpdateFault): void;
  clearFaults(): void;
  release(): void;
  cut(user?: bigint): void;
  forgetKeys(user: bigint, error?: string): void;
  newSalts(user: bigint): void;
  /** As if a user's clients had said nothing for so long; gives after how many seconds each connection wants to be dropped. */
  silence(user: bigint, seconds: number): (number | undefined)[];
  /** Lets held requests go on, and sends updates in the packet of their answers. */
  releaseWith(user: bigint, updates: readonly TlObject[]): Promise<void>;
  /** Sends a message of any bytes, encrypted as it should be. */
  pushRaw(user: bigint, body: Buffer): void;
  connections(): number;
  set(settings: {
    refuse?: boolean;
    keepLeadingZeros?: boolean;
    skewMs?: number;
    connectionInStream?: boolean;
    rtmpUrl?: string;
    streamDc?: number;
    clockSec?: number;
  }): void;
  /** Adds a part to the broadcast of a call, which has one from the first on. */
  addPart(call: bigint, timeMs: number, part: Buffer): void;
  callState(id: bigint): CallState;
}

/** To the data centre's process. */
export type ToCentre =
  | { readonly type: 'call'; readonly id: number; readonly op: keyof Operations; readonly args: readonly unknown[] }
  | { readonly type: 'sfu.done'; readonly id: number; readonly answer?: string; readonly error?: string };

/** From the data centre's process. */
export type FromCentre =
  | { readonly type: 'done'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'request'; readonly user: bigint | undefined; readonly request: TlObject }
  | { readonly type: 'violation'; readonly what: string }
  | { readonly type: 'sfu.join'; readonly id: number; readonly place: SfuPlace; readonly params: string }
  | { readonly type: 'sfu.leave'; readonly place: SfuPlace }
  | { readonly type: 'sfu.allow'; readonly place: SfuPlace; readonly audio: boolean };
