import { isDeepStrictEqual } from 'node:util';
import type { AudioFrame } from '../../../media/frame.js';
import type { WantedEffect } from './config.js';
import { EffectUnit } from './unit.js';

/**
 * Effects in a row. Others are faded over to in 20 ms; what stays goes on with its state, and an effect that only has other options ramps
 * to them by itself.
 */
export class EffectRack {
  #units: EffectUnit[] = [];
  #wanted: readonly WantedEffect[] = [];
  #flowed = false;
  #leaving = false;

  /** The effects it shall be made of from now on, first to last. */
  set(wanted: readonly WantedEffect[]): void {
    if (isDeepStrictEqual(wanted, this.#wanted)) return;
    this.#wanted = wanted;
    const present = this.#units.filter(({ leaving }) => !leaving);
    const kept = keepers(
      present.map(({ name }) => name),
      wanted.map(({ name }) => name),
    );
    const old = [...this.#units];
    const units: EffectUnit[] = [];
    const pass = (until: EffectUnit | undefined) => {
      while (old.length > 0 && old[0] !== until) {
        const unit = old.shift()!;
        if (!unit.leaving) unit.leave();
        units.push(unit);
      }
    };
    wanted.forEach((effect, i) => {
      const place = kept[i]!;
      if (place < 0) {
        units.push(new EffectUnit(effect, this.#flowed));
        return;
      }
      pass(present[place]);
      const unit = old.shift()!;
      unit.set(effect.options);
      units.push(unit);
    });
    pass(undefined);
    this.#units = units;
    if (!this.#flowed) this.#drop(({ leaving }) => leaving);
    else this.#drop(({ gone }) => gone);
  }

  /** One frame through all of them; the very same when none has anything to do. */
  run(input: AudioFrame): AudioFrame {
    this.#flowed = true;
    const units = this.#units;
    let frame = input;
    for (let i = 0; i < units.length; i++) frame = units[i]!.run(frame);
    if (this.#leaving) this.#drop(({ gone }) => gone);
    return frame;
  }

  /** Takes all of them down. */
  close(): void {
    this.#drop(() => true);
  }

  #drop(which: (unit: EffectUnit) => boolean): void {
    this.#units = this.#units.filter((unit) => {
      if (!which(unit)) return true;
      unit.close();
      return false;
    });
    this.#leaving = this.#units.some(({ leaving }) => leaving);
  }
}

/** For each wanted name the place of the present one that it goes on with, or −1: as many as the order allows. */
function keepers(present: readonly string[], wanted: readonly string[]): number[] {
  // Lengths of the longest common series from (p, w) on; lists are short.
  const length = Array.from({ length: present.length + 1 }, () => new Array<number>(wanted.length + 1).fill(0));
  for (let p = present.length - 1; p >= 0; p--) {
    for (let w = wanted.length - 1; w >= 0; w--) {
      length[p]![w] = present[p] === wanted[w] ? length[p + 1]![w + 1]! + 1 : Math.max(length[p + 1]![w]!, length[p]![w + 1]!);
    }
  }
  const kept = wanted.map(() => -1);
  for (let p = 0, w = 0; p < present.length && w < wanted.length;) {
    if (present[p] === wanted[w]) kept[w++] = p++;
    else if (length[p + 1]![w]! >= length[p]![w + 1]!) p++;
    else w++;
  }
  return kept;
}
