/** Counts who watches which event of which node; `*` as the node stands for all of them. */
export class WatchCounts {
  readonly #counts = new Map<string, number>();

  /** One watcher more. */
  add(node: string, event: string): void {
    const key = `${node}\n${event}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** One watcher less; without effect when there is none. */
  remove(node: string, event: string): void {
    const key = `${node}\n${event}`;
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }

  /** Whether anybody watches that event of that node. */
  has(node: string, event: string): boolean {
    return this.#counts.size > 0 && (this.#counts.has(`${node}\n${event}`) || this.#counts.has(`*\n${event}`));
  }
}
