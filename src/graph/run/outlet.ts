import type { AudioFrame } from '../../media/frame.js';
import { copyAudioFrame, createAudioFrame } from '../../media/frame.js';
import type { Domain } from './domain.js';

/** What takes values from an {@link Outlet}: an inlet of a consumer, or a queue before one. */
export interface Consumer<T> {
  /** One value; borrowed. Must not throw. */
  next(value: T): void;
  /** No more values. */
  complete(): void;
}

/** An output port of a running node: counts what leaves and hands it to every consumer, in the order of the graph. */
export class Outlet<T> {
  /** Values that left so far. */
  passed = 0;
  /** The index of the tick in which the last one left. */
  stamp = -1;
  /** True once it completed. */
  ended = false;
  #consumers: readonly Consumer<T>[] = [];

  /** @param domain gives the present tick. */
  constructor(protected readonly domain: Domain) {}

  /** Hands one value on. */
  next(value: T): void {
    if (this.ended) return;
    this.passed++;
    this.stamp = this.domain.tick.index;
    this.deliver(value);
  }

  /** Hands a value to each consumer. */
  protected deliver(value: T): void {
    // Copy on change: a consumer that joins or leaves meanwhile does not disturb this round.
    const consumers = this.#consumers;
    for (let i = 0; i < consumers.length; i++) consumers[i]!.next(value);
  }

  /** Ends the port for good. */
  complete(): void {
    if (this.ended) return;
    this.ended = true;
    for (const consumer of this.#consumers) consumer.complete();
    this.#consumers = [];
  }

  /** Adds a consumer; one that comes after the end completes at once. Returns its removal. */
  connect(consumer: Consumer<T>): () => void {
    if (this.ended) {
      consumer.complete();
      return () => {};
    }
    this.#consumers = [...this.#consumers, consumer];
    return () => {
      this.#consumers = this.#consumers.filter((c) => c !== consumer);
    };
  }

  /** How many consumers it has. */
  get consumers(): number {
    return this.#consumers.length;
  }
}

/**
 * The outlet of debug mode. It hands out copies, spoils each with NaN once the next is due, and finds consumers that wrote into what
 * they were lent, so that a node which keeps or changes a borrowed frame is found by its first test.
 */
export class DebugAudioOutlet extends Outlet<AudioFrame> {
  #lent: AudioFrame | undefined;

  /**
   * @param domain gives the present tick.
   * @param onMisuse told when a consumer wrote into a frame that it had borrowed.
   */
  constructor(
    domain: Domain,
    private readonly onMisuse: (reason: string) => void,
  ) {
    super(domain);
  }

  protected override deliver(value: AudioFrame): void {
    if (this.#lent) for (const plane of this.#lent.planes) plane.fill(NaN);
    const lent = copyAudioFrame(value, createAudioFrame(value.planes.length));
    this.#lent = lent;
    super.deliver(lent);
    const untouched =
      lent.planes.length === value.planes.length && lent.planes.every((plane, c) => sameSamples(plane, value.planes[c]!));
    if (!untouched) this.onMisuse('a consumer wrote into a frame it had only borrowed');
  }
}

function sameSamples(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return a.length === b.length;
}
