import { ReplaySubject, type Observable } from 'rxjs';
import { problem, type Problem } from '../../errors.js';
import type { NodeCommand, NodeContext } from '../../graph/context.js';
import { crossfade } from '../../media/dsp/crossfade.js';
import { DryEdge } from '../../media/dsp/dry-edge.js';
import {
  clearAudioFrame,
  copyAudioFrame,
  createAudioFrame,
  frameSamples,
  shapeAudioFrame,
  type AudioFrame,
} from '../../media/frame.js';
import type { FileOptions } from '../sources/file.js';
import { withChannels } from './channels.js';
import type { PlaybackClock } from './playback-clock.js';
import { Deck } from './deck.js';
import { OpusDeck } from './opus-deck.js';
import { endOf, openFailure, partOf, type FileDeck, type PlayedStream } from './played-stream.js';
import { localFiles, type PlayerSource } from './player-source.js';
import { PositionTeller } from './position-teller.js';

/**
 * The playback behind `source.file` and `source.url`: one stream at a time, with pause, seek and change-over. Every jump of the signal is a fade over one
 * frame, 20 ms, from what was to come to what comes instead.
 */
export class FilePlayer<O extends FileOptions = FileOptions> {
  readonly #source: PlayerSource<O>;
  readonly #ctx: NodeContext;
  readonly #channels: 1 | 2;
  readonly #output: AudioFrame;
  readonly #scratch: AudioFrame;
  /** What would have come next, kept to be faded out over the next frame. */
  readonly #leaving: AudioFrame;
  readonly #edge: DryEdge;
  readonly #position: PositionTeller;
  readonly #failed$ = new ReplaySubject<never>(1);
  readonly #aborted = new AbortController();
  #stream: PlayedStream | undefined;
  #ready: PlayedStream | undefined;
  #options: O;
  /** Those whose first frames have not come yet. */
  readonly #opening = new Set<FileDeck>();
  #wanted = '';
  #playing: boolean;
  #fades = false;
  /** On the way to a position: silence until then is no underrun. */
  #seeks = false;
  /** Nothing came where sound should have: what comes next is faded in. */
  #gap = false;
  /** Nothing comes from the network, and that was told. */
  #stalled = false;
  #over = false;
  /** Where in the file this tick's frame begins. */
  #playedUs: number | undefined;
  /** Told where in the file each tick is: for pictures that follow the sound. */
  clock: PlaybackClock | undefined;

  /**
   * Begins to open the file; the graph's first tick waits for it.
   *
   * @param source what is played; local files unless something else is given.
   */
  constructor(ctx: NodeContext, options: O, source: PlayerSource<O> = localFiles(ctx)) {
    this.#ctx = ctx;
    this.#source = source;
    this.#position = new PositionTeller(ctx);
    this.#options = options;
    this.#playing = options.autoplay;
    this.#channels = options.channels;
    this.#output = createAudioFrame(options.channels);
    this.#scratch = createAudioFrame(options.channels);
    this.#leaving = createAudioFrame(options.channels);
    this.#edge = new DryEdge(options.channels);
  }

  /** Fails when the first file cannot be opened. */
  get failed$(): Observable<never> {
    return this.#failed$;
  }

  /** Takes new options; opens another file if they ask for one. */
  set(next: O): void {
    this.#options = next;
    this.#source.set?.(next);
    this.#position.changed();
    if (this.#stream) this.#stream.deck.loop = next.loop;
    if (this.#ready) this.#ready.deck.loop = next.loop;
    const wanted = JSON.stringify([partOf(next), this.#source.variant?.()]);
    if (wanted === this.#wanted || this.#over) return;
    this.#wanted = wanted;
    this.#ctx.hold(this.#open(next, wanted));
  }

  /** Obeys a command; says so by `command.refused` when it cannot. */
  command({ type, ...data }: NodeCommand): void {
    if ((type === 'seek' || type === 'restart') && this.#stream?.deck.remote?.live) {
      return this.#ctx.emit({
        type: 'command.refused',
        command: type,
        reason: 'this is a live stream: it has no other position',
      });
    }
    switch (type) {
      case 'pause':
        return this.#pause();
      case 'play':
        return this.#play();
      case 'restart':
        this.#seek(this.#options.startSec * 1e6);
        return this.#play();
      case 'seek': {
        const { positionMs } = data;
        if (typeof positionMs === 'number' && positionMs >= 0 && Number.isFinite(positionMs))
          return this.#seek(positionMs * 1000);
        return this.#ctx.emit({ type: 'command.refused', command: type, reason: 'positionMs must be a number of 0 or more' });
      }
      default:
        this.#ctx.emit({
          type: 'command.refused',
          command: type,
          reason: `${this.#source.type} takes pause, play, restart and seek`,
        });
    }
  }

  /** Decodes ahead; for the time between two ticks. */
  readAhead(): void {
    const deck = this.#stream?.deck;
    deck?.fill();
    this.#ready?.deck.fill();
    // Offline time can stand still until more has come; otherwise what is late is late.
    if (this.#ctx.offline && this.#playing && deck?.remote && !deck.ready) this.#ctx.hold(deck.whenReady());
  }

  /** The frame of this tick; undefined when the stream has ended. */
  next(ptsUs: number): AudioFrame | undefined {
    if (this.#over) return undefined;
    if (this.#ready?.deck.ready) this.#changeOver(this.#ready);
    this.#playedUs = undefined;
    const frame = this.#nextFrame();
    if (!frame) return undefined;
    this.clock?.mark(ptsUs, this.#stream?.src, this.#playedUs);
    frame.ptsUs = ptsUs;
    // A packet's samples are nobody's to look at; where packets stop, receivers lead the sound out themselves.
    if (frame.silent || frame.coded) this.#edge.reset();
    else this.#edge.gave(frame.planes);
    return frame;
  }

  /** True once playback has ended. */
  get over(): boolean {
    return this.#over;
  }

  /** Pictures that come with what plays, where its reader has such. */
  get pictures(): FileDeck['pictures'] {
    return this.#stream?.deck.pictures;
  }

  /** True on the way to a position: what the clock says is where it was. */
  get seeking(): boolean {
    return this.#seeks;
  }

  /** Ends playback and frees everything. */
  stop(): void {
    this.#aborted.abort();
    for (const deck of this.#opening) deck.close();
    this.#ready?.deck.close();
    this.#ready = undefined;
    this.#end('stopped');
  }

  #nextFrame(): AudioFrame | undefined {
    const stream = this.#stream;
    if (!stream || !this.#playing) return this.#fades ? this.#fadeTo(undefined) : this.#silence();
    const { deck } = stream;
    // Offline nothing runs between ticks that could be late: read what is needed now.
    if (this.#ctx.offline) deck.fill(1, true);
    const taken = deck.take();
    if (!taken) {
      if (!deck.ended) {
        this.#gap = true;
        if (!this.#seeks) {
          this.#ctx.count('underruns');
          this.#tellStall(stream);
        }
        return this.#fades ? this.#fadeTo(undefined) : this.#runDry();
      }
      const { outcome } = deck;
      if (outcome?.kind === 'failed') this.#end('failed', outcome.problem ?? problem(outcome.code, outcome.data));
      else this.#end('finished');
      return undefined;
    }
    if (this.#gap && !this.#fades) this.#leaveSilence();
    this.#gap = false;
    this.#seeks = false;
    if (this.#stalled) {
      this.#stalled = false;
      this.#ctx.emit({ type: 'stream.recovered', src: stream.src, positionMs: Math.round(taken.positionUs / 1000) });
    }
    if (!stream.started) {
      stream.started = true;
      this.#ctx.emit({ type: 'stream.started', src: stream.src, positionMs: Math.round(taken.positionUs / 1000) });
    }
    if (taken.looped) {
      this.#position.changed();
      this.#ctx.emit({ type: 'stream.looped', src: stream.src, positionMs: Math.round(this.#options.startSec * 1000) });
    }
    this.#position.frame(taken.positionUs, deck.info.durationUs, this.#source.tempo?.());
    this.#playedUs = taken.positionUs;
    const frame = this.#shaped(taken.frame);
    stream.heard += frameSamples(frame);
    return this.#fades ? this.#fadeTo(frame) : frame;
  }

  async #open(options: O, wanted: string): Promise<void> {
    const { src, startSec } = options;
    try {
      const deck = await this.#openDeck(options);
      // Meanwhile stopped, ended, or asked for yet another file.
      if (this.#over || wanted !== this.#wanted) return deck.close();
      deck.fill(undefined, this.#ctx.offline);
      if (deck.remote) {
        this.#opening.add(deck);
        await deck.whenReady();
        this.#opening.delete(deck);
        if (this.#over || wanted !== this.#wanted) return deck.close();
      }
      this.#closeReady();
      const stream = { src, deck, part: partOf(options), started: false, heard: 0 };
      if (this.#stream) this.#ready = stream;
      else this.#stream = stream;
      if (!this.#playing) deck.suspend(true);
      this.#seeks = startSec > 0;
      // Now, so that whoever waited for it can seek at once.
      this.#ctx.emit({ type: 'stream.opened', src, info: deck.info, ...(deck.remote?.live && { live: true }) });
    } catch (reason) {
      if (this.#over || this.#aborted.signal.aborted || wanted !== this.#wanted) return;
      // With nothing else to play the node fails, and its guard says so and tries again.
      if (!this.#stream) return this.#failed$.error(reason);
      this.#ctx.emit({ type: 'stream.failed', src, problem: { ...openFailure(src, reason), node: this.#ctx.nodeId } });
    }
  }

  /** Packets where somebody can use them and the file holds such, else sound. */
  async #openDeck(options: O): Promise<FileDeck> {
    const { startSec, endSec } = options;
    const { signal } = this.#aborted;
    const packets = this.#ctx.offersPackets ? await this.#source.openPackets?.(options, signal) : undefined;
    const { loop } = this.#options;
    if (packets) return new OpusDeck(packets, this.#channels, startSec * 1e6, endSec && endSec * 1e6, loop);
    return new Deck(await this.#source.open(options, signal), startSec * 1e6, loop);
  }

  /** A coded frame has the right channels, and must not be looked into. */
  #shaped(frame: AudioFrame): AudioFrame {
    return frame.coded ? frame : withChannels(frame, this.#channels, this.#scratch);
  }

  /** A file that was opened but overtaken by another before it was heard. */
  #closeReady(): void {
    if (!this.#ready) return;
    this.#ready.deck.close();
    this.#ctx.emit({ type: 'stream.ended', src: this.#ready.src, reason: 'replaced', heard: false, playedMs: 0 });
    this.#ready = undefined;
  }

  #changeOver(next: PlayedStream): void {
    const old = this.#stream!;
    const { positionUs } = old.deck;
    this.#keepNext();
    old.deck.close();
    if (next.part === old.part) {
      next.started = old.started;
      next.heard = old.heard;
      next.deck.seek(positionUs);
      next.deck.fill(1, true);
    }
    this.#ctx.emit({
      type: 'stream.ended',
      src: old.src,
      reason: 'replaced',
      ...endOf(old),
      // The same part of the same file, heard in another way.
      ...(next.part === old.part && { continues: true }),
    });
    this.#stream = next;
    this.#ready = undefined;
    this.#position.changed();
  }

  #pause(): void {
    if (!this.#playing) return;
    // What fades out now is heard again on going on, so that nothing is lost.
    if (this.#stream && this.#keepNext()) this.#stream.deck.putBack();
    this.#playing = false;
    this.#stream?.deck.suspend(true);
    this.#ctx.emit({ type: 'stream.paused', positionMs: this.#positionMs() });
  }

  #play(): void {
    if (this.#playing) return;
    this.#playing = true;
    this.#stream?.deck.suspend(false);
    // From silence: the first frame is faded in.
    if (!this.#fades) this.#leaveSilence();
    this.#ctx.emit({ type: 'stream.resumed', positionMs: this.#positionMs() });
  }

  #seek(positionUs: number): void {
    if (!this.#stream) return;
    // What was never heard has nothing to fade out.
    if (this.#playing && this.#stream.started) this.#keepNext();
    else if (this.#playing && !this.#fades) this.#leaveSilence();
    this.#stream.deck.seek(positionUs);
    this.#stream.deck.fill(1, this.#ctx.offline);
    this.#seeks = true;
    this.#position.changed();
    this.#ctx.emit({ type: 'stream.seeked', positionMs: Math.round(positionUs / 1000) });
  }

  /** Keeps the frame that would come next, to fade it out; says whether there was one, which the deck has given. */
  #keepNext(): boolean {
    if (!this.#playing) {
      if (!this.#fades) this.#leaveSilence();
      return false;
    }
    const { deck } = this.#stream!;
    deck.fill(1, this.#ctx.offline);
    const taken = deck.take();
    if (!taken) {
      this.#leaveSilence();
      return false;
    }
    if (this.#gap && !this.#fades) this.#leaveSilence();
    this.#gap = false;
    const frame = this.#shaped(taken.frame);
    if (this.#fades) copyAudioFrame(this.#fadeTo(frame), this.#leaving);
    else copyAudioFrame(frame, this.#leaving);
    this.#fades = true;
    return true;
  }

  #tellStall(stream: PlayedStream): void {
    if (this.#stalled || !stream.started || !stream.deck.remote) return;
    this.#stalled = true;
    this.#ctx.emit({ type: 'stream.stalled', src: stream.src, positionMs: this.#positionMs() });
  }

  #leaveSilence(): void {
    clearAudioFrame(this.#leaving);
    this.#fades = true;
  }

  #fadeTo(frame: AudioFrame | undefined): AudioFrame {
    this.#fades = false;
    const output = this.#output;
    const leaving = this.#leaving;
    shapeAudioFrame(output, this.#channels, frameSamples(leaving));
    if (leaving.silent && (!frame || frame.silent)) return this.#silence();
    for (let c = 0; c < this.#channels; c++) {
      crossfade(leaving.silent ? undefined : leaving.planes[c], frame?.planes[c], output.planes[c]!);
    }
    output.silent = false;
    return output;
  }

  /** Silence, with a way to it from where the sound broke off. */
  #runDry(): AudioFrame {
    this.#output.silent = !this.#edge.runDry(this.#output.planes);
    return this.#output;
  }

  #silence(): AudioFrame {
    clearAudioFrame(this.#output);
    return this.#output;
  }

  #positionMs(): number {
    return Math.round((this.#stream?.deck.positionUs ?? this.#options.startSec * 1e6) / 1000);
  }

  #end(reason: 'finished' | 'failed' | 'stopped', failure?: Problem): void {
    this.#over = true;
    const stream = this.#stream;
    if (!stream) return;
    this.#stream = undefined;
    stream.deck.close();
    this.#ctx.emit({
      type: 'stream.ended',
      src: stream.src,
      reason,
      ...endOf(stream),
      ...(failure ? { problem: { ...failure, node: this.#ctx.nodeId } } : {}),
    });
  }
}
