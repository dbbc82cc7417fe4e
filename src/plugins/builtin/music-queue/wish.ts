import type { RepeatMode, ShuffleMode } from '../../../nodes/support/queue-state.js';

/** Who wishes something. */
export interface Wisher {
  readonly id: string;
  readonly name?: string | undefined;
  /** No limits. */
  readonly admin?: boolean | undefined;
}

/** A track among those that wait: by its id, or by its place, 1 being the next. */
export interface Which {
  readonly id?: string | undefined;
  readonly place?: number | undefined;
}

/** What a queue can be asked for, by message or by chat. */
export type Wish =
  | {
      readonly type: 'add';
      readonly tracks: readonly { readonly src: string; readonly title?: string | undefined }[];
      readonly at: number | 'next' | 'end';
    }
  /** `of`: only if that is still the current track. */
  | { readonly type: 'next'; readonly of?: string | undefined }
  | { readonly type: 'previous' | 'pause' | 'resume' | 'stop' | 'clear' | 'replay' }
  | ({ readonly type: 'remove' | 'jump' } & Which)
  | ({ readonly type: 'move'; readonly to: number } & Which)
  | { readonly type: 'shuffle'; readonly mode?: ShuffleMode | undefined }
  | { readonly type: 'repeat'; readonly mode: RepeatMode }
  | { readonly type: 'seek'; readonly positionMs: number };

/** The names of all wishes. */
export type WishType = Wish['type'];
