import { checkCommand } from '../events/check-command.js';
import { COMMANDS, type EngineCommand } from '../events/command.js';
import type { EngineEvent } from '../events/event.js';
import { canonicalJson } from '../events/journal/state-hash.js';
import type { TestedCommand } from './plugin-test.js';

/** What letters stand for: events that happen, commands that are expected. */
export type EventMarbles = Readonly<Record<string, EngineEvent | EngineCommand>>;

/**
 * Reads a drawing: one character a step, letters in brackets are at the same step, `-` is a step with nothing, spaces are nothing at all.
 *
 * @returns the letters of each step.
 * @throws TypeError at what it does not know.
 */
export function readSteps(drawing: string, values: EventMarbles): string[][] {
  const steps: string[][] = [];
  let group: string[] | undefined;
  for (const character of drawing) {
    if (character === ' ') continue;
    else if (character === '(' && !group) steps.push((group = []));
    else if (character === ')' && group) group = undefined;
    else if (character === '-' && !group) steps.push([]);
    else if (!Object.hasOwn(values, character))
      throw new TypeError(`marbles: "${character}" in "${drawing}" is none of - ( ) and stands for no value`);
    else if (group) group.push(character);
    else steps.push([character]);
  }
  if (group) throw new TypeError(`marbles: a bracket in "${drawing}" is never closed`);
  return steps;
}

/** Draws commands as {@link readSteps} reads them; one that is none of the values is `?`. Trailing `-` are left out. */
export function drawCommands(commands: readonly TestedCommand[], stepMs: number, fromMs: number, values: EventMarbles): string {
  const letters = new Map<string, string>();
  for (const [letter, value] of Object.entries(values))
    if (value.type in COMMANDS) letters.set(canonicalJson(checkCommand(value)), letter);
  const steps: (string | undefined)[] = [];
  for (const { atMs, command } of commands) {
    const step = Math.floor((atMs - fromMs) / stepMs + 1e-9);
    steps[step] = (steps[step] ?? '') + (letters.get(canonicalJson(command)) ?? '?');
  }
  return Array.from(steps, (step = '-') => (step.length > 1 ? `(${step})` : step)).join('');
}
