import type { Beat } from './domain.js';

/** What takes values from an {@link Outlet}: an inlet of a consumer, or a queue before one. */
export interface Consumer<T> {
  /** One value; borrowed. Must not throw. */
  next(value: T): void;
  /** No more values. */
  complete(): void;
  /** In debug mode: told that it wrote into a value it had only borrowed. */
  misused?(reason: string): void;
}

/** An output port of a running node: counts what leaves and hands it to every consumer, in the order of the graph. */
export class Outlet<T> implements Consumer<T> {
  /** Values that left so far. */
  passed = 0;
  /** The index of the tick in which the last one left. */
  stamp = -1;
  /** True once it completed. */
  ended = false;
  /** Copied on change: a consumer that joins or leaves meanwhile does not disturb a round of delivery. */
  protected targets: readonly Consumer<T>[] = [];

  /** @param domain gives the present tick. */
  constructor(protected readonly domain: Beat) {}

  /** Hands one value on. */
  next(value: T): void {
    if (this.ended) return;
    this.passed++;
    this.stamp = this.domain.tick.index;
    const targets = this.targets;
    for (let i = 0; i < targets.length; i++) targets[i]!.next(value);
  }

  /** Ends the port for good. */
  complete(): void {
    if (this.ended) return;
    this.ended = true;
    const targets = this.targets;
    this.targets = [];
    for (const target of targets) target.complete();
  }

  /** Adds a consumer; one that comes after the end completes at once. Returns its removal. */
  connect(consumer: Consumer<T>): () => void {
    if (this.ended) {
      consumer.complete();
      return () => {};
    }
    this.targets = [...this.targets, consumer];
    return () => {
      this.targets = this.targets.filter((c) => c !== consumer);
    };
  }

  /** How many consumers it has. */
  get consumers(): number {
    return this.targets.length;
  }
}
