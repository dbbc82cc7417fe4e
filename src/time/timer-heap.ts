/** One deadline in a {@link TimerHeap}. Its owner keeps it and may add it again after it was taken: no allocation per firing. */
export interface TimerEntry {
  /** When it is due, in microseconds of the scheduler's clock; set by {@link TimerHeap.add}. */
  dueUs: number;
  /** Rises with each insertion: equal deadlines leave in the order they were added; set by {@link TimerHeap.add}. */
  order: number;
  /** Place in the heap, -1 when outside; kept by the heap. */
  slot: number;
  /** What happens when it is due. */
  readonly run: () => void;
  /** Whether another such entry may follow it at once; see `TickerOptions.synchronous`. */
  readonly synchronous: boolean;
}

/** A fresh entry that is in no heap. */
export function timerEntry(run: () => void, synchronous = false): TimerEntry {
  return { dueUs: 0, order: 0, slot: -1, run, synchronous };
}

/** A binary heap of deadlines: earliest first, insertion order among equals, removal of any entry in O(log n). */
export class TimerHeap {
  readonly #entries: TimerEntry[] = [];
  #nextOrder = 0;

  /** How many entries wait. */
  get size(): number {
    return this.#entries.length;
  }

  /** The `order` that the next added entry will get. */
  get nextOrder(): number {
    return this.#nextOrder;
  }

  /** The earliest entry, left in place. */
  peek(): TimerEntry | undefined {
    return this.#entries[0];
  }

  /** Adds an entry, or moves it if it waits already; either way it goes behind all others of the same deadline. */
  add(entry: TimerEntry, dueUs: number): void {
    if (entry.slot >= 0) this.remove(entry);
    entry.dueUs = dueUs;
    entry.order = this.#nextOrder++;
    this.#entries.push(entry);
    this.#rise(entry, this.#entries.length - 1);
  }

  /** Takes an entry out; false if it was not waiting. */
  remove(entry: TimerEntry): boolean {
    const slot = entry.slot;
    if (slot < 0 || this.#entries[slot] !== entry) return false;
    const last = this.#entries.pop()!;
    entry.slot = -1;
    if (last !== entry) {
      this.#rise(last, slot);
      if (last.slot === slot) this.#sink(last, slot);
    }
    return true;
  }

  /** Takes the earliest entry out. */
  pop(): TimerEntry | undefined {
    const first = this.#entries[0];
    if (first) this.remove(first);
    return first;
  }

  /** Takes everything out. */
  clear(): void {
    for (const entry of this.#entries) entry.slot = -1;
    this.#entries.length = 0;
  }

  #place(entry: TimerEntry, slot: number): void {
    this.#entries[slot] = entry;
    entry.slot = slot;
  }

  #rise(entry: TimerEntry, from: number): void {
    let slot = from;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#entries[parentSlot]!;
      if (!before(entry, parent)) break;
      this.#place(parent, slot);
      slot = parentSlot;
    }
    this.#place(entry, slot);
  }

  #sink(entry: TimerEntry, from: number): void {
    const size = this.#entries.length;
    let slot = from;
    for (;;) {
      let childSlot = 2 * slot + 1;
      if (childSlot >= size) break;
      let child = this.#entries[childSlot]!;
      const right = this.#entries[childSlot + 1];
      if (right && before(right, child)) {
        child = right;
        childSlot++;
      }
      if (!before(child, entry)) break;
      this.#place(child, slot);
      slot = childSlot;
    }
    this.#place(entry, slot);
  }
}

function before(a: TimerEntry, b: TimerEntry): boolean {
  return a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.order < b.order);
}
