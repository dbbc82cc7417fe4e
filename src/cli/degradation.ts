import type { EngineEvent } from '../events/event.js';

const STEPS: Readonly<Record<string, string>> = {
  meters: 'level meters are',
  'opus-complexity': "half of the Opus encoders' effort is",
  'optional-effects': 'optional effects are',
};

/** What a graph does less of, or again, as a sentence: its crash groups and its overload governor. Undefined for other events. */
export function degradationSentence(event: EngineEvent): string | undefined {
  if (event.type !== 'node.told') return undefined;
  const { group, step, restarts, heavy, beats } = event.data as Readonly<Record<string, string | number | undefined>>;
  const work = STEPS[String(step)] ?? String(step);
  switch (event.what) {
    case 'group.restarted':
      return `Group "${group}" is made anew (restart ${restarts}).`;
    case 'group.recovered':
      return `Group "${group}" has recovered.`;
    case 'group.bypassed':
      return `Group "${group}" is bypassed, since "${event.node}" gave up${restarts ? ` after ${restarts} restarts` : ''}.`;
    case 'group.ended':
      return `Group "${group}" ends the graph, since "${event.node}" gave up.`;
    case 'governor.shed':
      return `Overload (${heavy} of ${beats} beats were heavy): ${work} left out.`;
    case 'governor.restored':
      return `The overload is over: ${work} back.`;
    default:
      return undefined;
  }
}
