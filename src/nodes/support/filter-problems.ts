import type { OptionFault } from '../../graph/define-node.js';
import { nearestHint } from '../../graph/registry.js';
import { checkFilterChain } from '../../media/av/filter-check.js';
import { measureFilterDelay } from '../../media/av/filter-delay.js';
import { ALLOWED_FILTERS } from '../../media/av/filter-rules.js';

/**
 * What is wrong with the text of a filter chain, as faults of the option that holds it.
 *
 * @param live true: only what takes no longer than a millisecond; whether the chain keeps the sound's length then shows on opening.
 */
export function filterFaults(option: string, text: string, live: boolean): OptionFault[] {
  const faults = checkFilterChain(text).map((found) => {
    if (found.kind === 'wrong') return found.reason;
    const hint = nearestHint(found.name, ALLOWED_FILTERS);
    // A hundred names are no help.
    return `FFmpeg has no filter "${found.name}"${hint.startsWith('. Did') ? hint : ''}`;
  });
  if (faults.length === 0 && !live) {
    const delay = measureFilterDelay(text, 2);
    if (delay.kind === 'wrong') faults.push(`such a chain cannot stand in a stream: ${delay.reason}`);
  }
  return faults.map((reason) => ({ path: [option], reason }));
}

/** The delay of a chain in milliseconds; 0 when it cannot be opened. */
export function filterLatencyMs(text: string): number {
  const delay = measureFilterDelay(text, 2);
  return delay.kind === 'delay' ? delay.samples / 48 : 0;
}
