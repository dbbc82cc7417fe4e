import type { NodeContext } from '../../graph/context.js';
import { FRAME_SAMPLES, usToSamples } from '../../media/format.js';
import type { AudioFrame } from '../../media/frame.js';
import { QueueAhead } from './queue-ahead.js';
import type { QueueCommand } from './queue-commands.js';
import { obey, type Controlled } from './queue-control.js';
import { QueueList } from './queue-list.js';
import { QueueMixer, type MixerOwner } from './queue-mixer.js';
import type { OpenTrack } from './queue-open.js';
import type { PlayerOptions } from './queue-options.js';
import type { QueuePictures } from './queue-pictures.js';
import type { QueueState, QueueTrackEntry, TrackOption } from './queue-state.js';
import { QueueTeller, type TrackEnd } from './queue-teller.js';
import type { QueueTrack } from './queue-track.js';

/** Between two `stream.position` events: a second of frames. */
const POSITION_TICKS = 50;

/** A track of which so much was heard has not failed to play, in samples: a second. */
const GOOD_SAMPLES = 48_000;

/** Plays one track after another. The list says which; what is heard goes on until the one that was chosen can begin. */
export class QueuePlayer implements MixerOwner, Controlled {
  /** The tracks and their order. */
  readonly list: QueueList;
  readonly #ctx: NodeContext;
  readonly #mixer: QueueMixer;
  readonly #teller: QueueTeller;
  readonly #ahead: QueueAhead;
  readonly #pictures: QueuePictures | undefined;
  #options: PlayerOptions;
  /** Which selection of the list is heard; another than the list's: one is on its way. */
  #selection = -1;
  #playing: boolean;
  /** Stopped, rather than paused: no picture stays up. */
  #stopped = false;
  #endReason: TrackEnd = 'skipped';
  /** Where the chosen track is to begin, in microseconds. */
  #beginAtUs: number | undefined;
  /** Something was played, or tried, since the queue was last through. */
  #ran = false;
  /** On the way to a position: silence until then is no underrun. */
  #seeks = false;
  /** The last track ended and nothing else was chosen since. */
  #endedByItself = false;
  #changed = true;
  /** A track has opened while paused: how long it is becomes known without a sound of it. */
  #opensPaused = false;
  #over = false;
  #ticks = 0;

  /**
   * @param loading true while tracks are still to come, so that an empty list is not the end. @param pictures shows those of what plays.
   */
  constructor(
    ctx: NodeContext,
    options: PlayerOptions,
    open: OpenTrack,
    public loading = false,
    pictures?: QueuePictures,
  ) {
    const { saved, history, repeat, shuffle, seed } = options;
    this.#ctx = ctx;
    this.#options = options;
    this.list = new QueueList(history, saved ?? { repeat, shuffle, seed });
    this.#playing = options.autoplay && (saved?.playing ?? true);
    if (saved && saved.positionMs > 0) this.#beginAtUs = saved.positionMs * 1000;
    this.#pictures = pictures;
    if (pictures) pictures.over = () => this.#over;
    this.#mixer = new QueueMixer(options.channels, this, pictures?.clock);
    this.#teller = new QueueTeller(ctx);
    this.#ahead = new QueueAhead(
      ctx,
      options,
      this.list,
      open,
      (entry, failure) => {
        this.#changed = true;
        this.#teller.failed(entry, failure);
      },
      pictures,
    );
    this.#setTransition();
  }

  /** Takes new options. */
  set(next: PlayerOptions): void {
    const before = this.#options;
    this.#options = next;
    this.#ahead.options = next;
    this.#pictures?.set(next);
    this.#setTransition();
    // Commands may have changed these since: only a change of the option itself counts.
    if (next.repeat !== before.repeat) this.list.repeat = next.repeat;
    if (next.shuffle !== before.shuffle) this.list.setShuffle(next.shuffle);
    this.#changed = true;
  }

  /** Replaces the tracks; what is heard goes on if it is among the new ones. */
  replaceTracks(tracks: readonly TrackOption[]): void {
    const before = this.list.selection;
    this.list.replace(tracks);
    if (this.list.selection !== before) {
      this.#endReason = 'replaced';
      this.#beginAtUs = undefined;
    }
    this.#revived();
  }

  /** Does what a command asks. Returns why not, as half a sentence. */
  command(command: QueueCommand): string | undefined {
    const refused = obey(this, command);
    if (refused === undefined) this.#changed = true;
    return refused;
  }

  added(tracks: readonly QueueTrackEntry[]): void {
    this.#revived();
    const places = tracks.map((entry) => ({ ...entry, index: this.list.indexOf(entry.id) }));
    this.#ctx.emit({ type: 'tracks.added', tracks: places });
  }

  chosen(): void {
    this.#endReason = 'skipped';
    this.#endedByItself = false;
    if (this.#beginAtUs !== undefined) this.#ahead.dropTarget();
    this.#beginAtUs = undefined;
    this.#revived();
  }

  cleared(): void {
    this.#endReason = 'stopped';
    this.#beginAtUs = undefined;
  }

  pause(): void {
    if (!this.#playing) return;
    const track = this.#mixer.current;
    if (track) this.#mixer.leave(true);
    track?.suspend(true);
    this.#playing = false;
  }

  play(): void {
    this.#revived();
    this.#stopped = false;
    if (this.#playing) return;
    this.#playing = true;
    const track = this.#mixer.current;
    if (track) this.#mixer.fadeIn();
    track?.suspend(false);
  }

  halt(): void {
    this.#stopped = true;
    this.#endReason = 'stopped';
    this.#endCurrent();
    this.#playing = false;
    this.#beginAtUs = undefined;
    this.list.again();
  }

  seek(positionUs: number): string | undefined {
    const track = this.#mixer.current;
    if (track?.live && this.#selection === this.list.selection) return 'this is a live stream: it has no other position';
    if (!track || this.#selection !== this.list.selection) {
      // It is not open yet: it will begin there.
      this.#beginAtUs = positionUs;
      this.#ahead.dropTarget();
    } else {
      if (this.#playing) this.#mixer.leave(true);
      this.#mixer.dropFade();
      track.seek(positionUs);
      this.#seeks = true;
    }
    this.#ctx.emit({ type: 'track.seeked', id: this.list.current!.id, positionMs: Math.round(positionUs / 1000) });
    return undefined;
  }

  #revived(): void {
    this.#ahead.revive();
    this.#changed = true;
  }

  /** Decodes ahead; for the time between two ticks. */
  readAhead(): void {
    if (this.#over) return;
    const { offline } = this.#ctx;
    this.#mixer.fill(offline);
    this.#ahead.fill(offline);
    this.#update();
    // Offline time can stand still until more has come; otherwise what is late is late.
    const track = this.#mixer.current;
    this.#pictures?.beforeTick(track);
    if (!offline || !this.#playing || !track || track.available >= FRAME_SAMPLES) return;
    const arrived = track.arrived();
    if (arrived) this.#ctx.hold(arrived);
  }

  /** The frame of this tick; undefined when the stream has ended. */
  next(ptsUs: number): AudioFrame | undefined {
    if (this.#over) return undefined;
    this.#pictures?.frameBegins(ptsUs);
    this.#update();
    if (this.#through) {
      this.#tellThrough();
      if (this.#options.onEmpty === 'end' && this.#playing) {
        this.stop();
        return undefined;
      }
    }
    const heard = this.#playing && this.#mixer.current !== undefined;
    if (heard) this.#mixer.fill(this.#ctx.offline);
    const frame = heard ? this.#mixer.play() : this.#mixer.rest(!this.#stopped);
    this.#account(heard);
    frame.ptsUs = ptsUs;
    return frame;
  }

  /** Ends playback and frees everything. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    // Told while it still has its position, so that it can be taken up again there.
    this.#tellChanged();
    this.#endReason = 'stopped';
    this.#endCurrent();
    this.#mixer.close();
    this.#ahead.dropTarget();
    this.#ahead.dropNext();
  }

  following(): QueueTrack | undefined {
    return this.#selection === this.list.selection ? this.#ahead.following : undefined;
  }

  ended(track: QueueTrack): void {
    const { failure } = track;
    this.#started(track);
    if (failure && track.heard < GOOD_SAMPLES) this.#ahead.failedSoon();
    this.#teller.ended(track, failure ? 'failed' : 'finished', failure);
    // Another one chosen meanwhile has moved the list on already.
    if (this.#selection === this.list.selection) this.list.advance(this.#ahead.unplayable);
    this.#ahead.unplayable.clear();
    this.#selection = -1;
    this.#endReason = 'skipped';
    this.#endedByItself = true;
    this.#changed = true;
  }

  began(): void {
    this.#ahead.takeFollowing();
    this.#selection = this.list.selection;
  }

  get unplayable(): ReadonlySet<string> {
    return this.#ahead.unplayable;
  }

  /** Everything, as plain JSON. */
  state(): QueueState {
    const { current } = this.list;
    const track = this.#selection === this.list.selection ? this.#mixer.current : undefined;
    const waitingUs = this.#beginAtUs ?? (current?.startSec ?? 0) * 1e6;
    const positionUs = current ? (track?.positionUs ?? waitingUs) : 0;
    return {
      ...this.list.state(),
      current: current?.id ?? null,
      positionMs: Math.round(positionUs / 1000),
      playing: this.#playing,
    };
  }

  /** Brings what is heard and what is open in line with the list. */
  #update(): void {
    if (this.#over) return;
    if (this.#selection !== this.list.selection) this.#followSelection();
    else if (this.#mixer.current) this.#ahead.prefetch(this.#mixer.current);
  }

  #followSelection(): void {
    const { current, selection } = this.list;
    if (!current) {
      this.#ahead.dropTarget();
      this.#ahead.dropNext();
      this.#endCurrent();
      this.#selection = selection;
      return;
    }
    if (!this.#ahead.halted) this.#ran = true;
    const track = this.#ahead.reach(current, this.#beginAtUs);
    // One that failed was passed over, and where it was to begin means nothing for another.
    if (this.list.selection !== selection) this.#beginAtUs = undefined;
    if (!track) return;
    this.#endCurrent();
    this.#mixer.changeTo(track);
    this.#endReason = 'skipped';
    if (!this.#playing) track.suspend(true);
    this.#opensPaused = !this.#playing;
    this.#beginAtUs = undefined;
    this.#selection = selection;
    this.#changed = true;
  }

  /** What is heard fades out within the next frame, and is over. */
  #endCurrent(): void {
    const track = this.#mixer.current;
    if (!track) return;
    if (this.#playing) this.#mixer.leave(true);
    this.#mixer.changeTo(undefined);
    this.#teller.ended(track, this.#endReason);
    this.#endReason = 'skipped';
    this.#selection = -1;
  }

  get #through(): boolean {
    return this.#mixer.current === undefined && !this.loading && (this.list.current === undefined || this.#ahead.halted);
  }

  /** Counts and tells what the frame brought. */
  #account(heard: boolean): void {
    const track = this.#mixer.current;
    const starved = heard && this.#mixer.starved && !this.#seeks;
    // Behind the end of a track: the next was not open in time.
    const late = this.#playing && !track && this.#endedByItself && this.#ahead.waits;
    if (starved || late) this.#ctx.count('underruns');
    if (!this.#mixer.starved) this.#seeks = false;
    if (track && track.heard > 0) {
      this.#endedByItself = false;
      this.#started(track);
      if (heard && ++this.#ticks % POSITION_TICKS === 0) this.#teller.position(track);
    }
    if (this.#changed) this.#tellChanged();
    // Behind what says which track it is.
    if (this.#opensPaused && track) this.#teller.position(track);
    this.#opensPaused = false;
  }

  #started(track: QueueTrack): void {
    if (!this.#teller.started(track, this.list.indexOf(track.entry.id))) return;
    this.#ahead.started();
    this.#changed = true;
  }

  #tellThrough(): void {
    if (!this.#ran) return;
    this.#ran = false;
    this.#endedByItself = false;
    this.#ctx.emit({ type: 'queue.ended', reason: this.#ahead.halted ? 'failures' : 'finished' });
  }

  #tellChanged(): void {
    this.#changed = false;
    this.#ctx.emit({ type: 'queue.changed', ...this.state() });
  }

  #setTransition(): void {
    const { transition } = this.#mixer;
    transition.samples = usToSamples(this.#options.crossfadeMs * 1000);
    transition.curve = this.#options.curve;
  }
}
