import { Subject } from 'rxjs';
import { createActor, type AnyStateMachine } from 'xstate';
import type { NodeCommand } from '../graph/context.js';
import type { GraphEvent } from '../graph/run/graph-events.js';
import type { InspectMachine } from '../machines/machine-log.js';
import { sourceActors, type MediaPort } from '../machines/source-actors.js';
import { createSourceMachine, type SourceActor } from '../machines/source.js';
import type { MediaCommand, StreamEnd, StreamFact } from '../machines/source-types.js';
import type { Scheduler } from '../time/scheduler.js';
import { xstateClock } from '../time/xstate-clock.js';

/** The playback of one source node: its machine, fed with what the node tells. */
export interface Playback {
  /** The machine; send it `source.pause` and the like, or read its snapshot. */
  readonly actor: SourceActor;
  /** Hands it a fact that the node told. */
  told(event: GraphEvent): void;
  /** Ends the machine. */
  close(): void;
}

/** What playbacks are made with. */
export interface PlaybackParts {
  /** The clock. */
  readonly scheduler: Scheduler;
  /** Follows the machine. Default: nobody does. */
  readonly follow?: (machine: AnyStateMachine) => InspectMachine;
}

/**
 * Puts a playback machine over a running source node.
 *
 * @param send passes a command to the node.
 */
export function createPlayback(
  src: string,
  { scheduler, follow }: PlaybackParts,
  send: (command: NodeCommand) => void,
): Playback {
  const facts$ = new Subject<StreamFact>();
  let generation = 1;
  const port: MediaPort = {
    facts$,
    send: (command) => {
      const first = command.type === 'media.open' && command.generation === 1;
      generation = Math.max(generation, command.generation);
      // The graph opens its sources by itself; only a later stream is asked for.
      const order = first ? undefined : nodeCommand(command);
      if (order) send(order);
    },
  };
  const machine = createSourceMachine({ actors: sourceActors(port), nowMs: () => scheduler.nowUs() / 1000 });
  const actor = createActor(machine, {
    input: { src },
    clock: xstateClock(scheduler),
    ...(follow && { inspect: follow(machine) }),
  });
  actor.start();
  return {
    actor,
    told: (event) => {
      const fact = streamFact(event, generation, actor.getSnapshot().context.seek);
      if (fact) facts$.next(fact);
    },
    close: () => {
      actor.send({ type: 'source.close' });
      actor.stop();
      facts$.complete();
    },
  };
}

function nodeCommand(command: MediaCommand): NodeCommand | undefined {
  switch (command.type) {
    case 'media.open':
      return { type: 'restart' };
    case 'media.play':
      return { type: 'play' };
    case 'media.pause':
      return { type: 'pause' };
    case 'media.seek':
      return { type: 'seek', positionMs: command.positionMs, seek: command.seek };
    case 'media.close':
      return undefined;
  }
}

/** The node's fact in the machine's words; undefined when the machine has no use for it. */
function streamFact(event: GraphEvent, generation: number, seek: number): StreamFact | undefined {
  const positionMs = typeof event.positionMs === 'number' ? event.positionMs : 0;
  switch (event.type) {
    case 'stream.opened': {
      const info = (event.info ?? {}) as { durationUs?: number };
      return {
        type: 'stream.opened',
        generation,
        seekable: true,
        ...(info.durationUs !== undefined && { durationMs: info.durationUs / 1000 }),
      };
    }
    case 'stream.started':
    case 'stream.paused':
    case 'stream.resumed':
    case 'stream.stalled':
    case 'stream.recovered':
      return { type: event.type, generation, positionMs };
    case 'stream.looped':
      return { type: 'stream.started', generation, positionMs };
    case 'stream.seeked':
      return { type: 'stream.seeked', generation, seek, positionMs };
    case 'stream.ended':
      // Another one takes its place, at once and in the same node: a gap of no length, after which that one starts.
      if (event['reason'] === 'replaced')
        return event['heard'] === true && event['continues'] !== true
          ? { type: 'stream.stalled', generation, positionMs: 0 }
          : undefined;
      return { type: 'stream.ended', generation, reason: streamEnd(event) };
    default:
      return undefined;
  }
}

function streamEnd(event: GraphEvent): StreamEnd {
  if (event.reason === 'finished') return { type: 'finished' };
  if (event.reason === 'stopped') return { type: 'stopped' };
  const failure = event.problem as { code: 'MEDIA_UNREADABLE'; message: string } | undefined;
  return {
    type: 'failed',
    failure: failure ? { code: failure.code, message: failure.message } : { code: 'INTERNAL', message: 'no reason was given' },
  };
}
