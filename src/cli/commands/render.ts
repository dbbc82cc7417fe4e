import type { Command } from 'commander';
import { createEngine, type RenderSession } from '../../engine.js';
import { problem, voxError, VoxError, type Problem } from '../../errors.js';
import type { ParamValue } from '../../graph/file.js';
import { createRealtimeScheduler } from '../../time/realtime.js';
import { collectParam, finish, type CliIo } from '../io.js';
import { setUpPlugins, withConfigOption, type PluginArgs } from '../plugin-setup.js';
import { problemOfEvent } from '../problems.js';
import { progressLine } from '../progress.js';
import { onStopSignal } from '../stop-signal.js';

/** The arguments of `voxgraph render`. */
export interface RenderArgs extends Pick<PluginArgs, 'config'> {
  /** The graph file; absent: the one in the event log. */
  readonly file?: string;
  /** An event log that happens again. */
  readonly events?: string;
  /** The file to write; its extension chooses the container. */
  readonly output?: string;
  /** The folder for each picture as a PNG. */
  readonly frames?: string;
  /** The PNG for a contact sheet. */
  readonly sheet?: string;
  /** How much media, in seconds; default: until the sources end. */
  readonly durationSec?: number;
  /** Values of params. */
  readonly params?: Readonly<Record<string, ParamValue>>;
  /** The result as JSON on standard output, and no progress. */
  readonly json?: boolean;
  /** Lets the graph run commands. */
  readonly allowProcess?: boolean;
}

/** How often the progress line is drawn, in milliseconds. */
const PROGRESS_MS = 200;

/** Renders a graph to a file as fast as the machine allows. Exit code 0, 1 when a node failed, 130 after Ctrl-C. */
export async function renderCommand(args: RenderArgs, io: CliIo): Promise<number> {
  const clock = createRealtimeScheduler();
  // What plugins store stays in memory: a rendering changes nothing of what a bot has.
  const { loader, config } = await setUpPlugins(io, args);
  const permissions = { process: args.allowProcess ?? false };
  const engine = createEngine({ scheduler: clock, permissions, plugins: config.installs, loader });
  const problems: Problem[] = [];
  engine.events$.subscribe((event) => {
    const found = problemOfEvent(event);
    if (found) problems.push(found);
  });
  let interrupted = false;
  let abort = () => {};
  // Before anything is written: a half file must not be left even by an early Ctrl-C.
  const off = onStopSignal(() => {
    interrupted = true;
    abort();
  });
  try {
    const startedUs = clock.nowUs();
    const session = await engine.render(args.file, {
      params: args.params,
      cwd: io.cwd,
      ...(args.output !== undefined && { output: args.output }),
      ...(args.frames !== undefined && { frames: args.frames }),
      ...(args.sheet !== undefined && { sheet: args.sheet }),
      ...(args.events !== undefined && { events: args.events }),
      ...(args.durationSec !== undefined && { durationUs: Math.round(args.durationSec * 1e6) }),
    });
    // It may have ended meanwhile; then there is nothing left to stop.
    abort = () => void session.abort().catch(() => {});
    if (interrupted) abort();
    let positionUs = 0;
    const look = async () => {
      positionUs = (await session.stats().catch(() => ({ positionUs }))).positionUs;
    };
    const totalUs = args.durationSec === undefined ? longestUs(session) : () => args.durationSec! * 1e6;
    const draw =
      io.color && !args.json
        ? clock.every({ periodUs: PROGRESS_MS * 1000, lenient: true, onTick: () => void look().then(show) })
        : undefined;
    const show = () => io.stderr(`\r${progressLine(positionUs, totalUs(), clock.nowUs() - startedUs)}`);
    const ending = new Promise<void>((done) => {
      session.events$.subscribe((event) => {
        if (event.type === 'graph.ended' && typeof event['positionUs'] === 'number') positionUs = event['positionUs'];
        if (event.type === 'graph.ended') done();
      });
    });
    await Promise.all([session.ended, ending]);
    draw?.stop();
    const wallUs = clock.nowUs() - startedUs;
    if (draw) io.stderr(`\r${' '.repeat(78)}\r`);
    if (interrupted) {
      io.stderr('Stopped; nothing was written.\n');
      return 130;
    }
    if (positionUs === 0 && problems.length === 0) problems.push(problem('RENDERED_NOTHING'));
    report(args, io, positionUs, wallUs, problems);
  } finally {
    off();
    await engine.close();
    clock.close();
  }
  const [first, ...rest] = problems;
  if (first) throw new VoxError(first, ...rest);
  return 0;
}

function report(args: RenderArgs, io: CliIo, positionUs: number, wallUs: number, problems: readonly Problem[]): void {
  const durationSec = positionUs / 1e6;
  const speed = positionUs / Math.max(1, wallUs);
  if (args.json) {
    io.stdout(`${JSON.stringify({ output: args.output ?? null, durationSec, speed: Number(speed.toFixed(1)), problems })}\n`);
  } else if (problems.length === 0) {
    io.stdout(
      `${args.output ?? args.frames ?? args.sheet ?? 'Rendered'}: ${durationSec.toFixed(2)} s, ${speed.toFixed(0)}× real time\n`,
    );
  }
}

/** A function, since lengths become known only when the files are open: the longest source's length in microseconds. */
function longestUs(session: RenderSession): () => number | undefined {
  return () => {
    const lengths = [...session.playbacks.values()].map(({ actor }) => actor.getSnapshot().context.durationMs);
    const known = lengths.filter((ms) => ms !== undefined);
    return known.length === lengths.length && known.length > 0 ? Math.max(...known) * 1000 : undefined;
  };
}

function seconds(given: string): number {
  const value = Number(given);
  if (Number.isFinite(value) && value > 0) return value;
  throw voxError('USAGE', { reason: `--duration must be a number of seconds above 0, not "${given}"` });
}

/** Adds `voxgraph render` to the program. */
export function register(program: Command, io: CliIo): void {
  withConfigOption(program.command('render'))
    .argument('[graph]', 'graph file; with --events by default the one that was recorded')
    .summary('write what a call would hear to a file')
    .description(
      'Run a graph as fast as the machine allows and write what a call would hear. The same input gives the same bytes. Opus containers (.ogg .opus .webm .mka .mkv) get the very packets of the call; others (.mp3 .flac .wav .m4a …) the sound before the encoder; .mp4 .mkv .webm and the like sound and pictures, if the graph shows any.',
    )
    .option('-o, --output <file>', 'file to write; its extension chooses the container')
    .option('--frames <folder>', 'write every picture as a PNG into a folder')
    .option('--sheet <file>', 'write a contact sheet of the pictures, a PNG')
    .option('--duration <seconds>', 'end after this much media; needed for graphs that loop', seconds)
    .option('-p, --param <name=value>', 'set a param of the graph; may be repeated', collectParam)
    .option('--events <log>', 'let a recorded call happen again: see voxgraph record')
    .option('--allow-process', 'let the graph run commands (source.process)')
    .option('--json', 'the result as JSON, no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph render graphs/radio.json -o radio.ogg --duration 60\n  voxgraph render graphs/voice-changer.json -o out.mp3 --param voice=me.wav\n  voxgraph render --events call.ndjson -o call.ogg\n  voxgraph render film.json -o film.mp4 --sheet film.png\n  voxgraph render film.json --frames out/ --duration 2\n\nExit codes: 0 written, 1 a node failed on the way, 2 the input is wrong, 130 stopped by Ctrl-C.\n',
    )
    .action((file: string | undefined, options: Record<string, never>) =>
      finish(
        renderCommand(
          {
            ...(file !== undefined && { file }),
            config: options['config'],
            events: options['events'],
            output: options['output'],
            frames: options['frames'],
            sheet: options['sheet'],
            durationSec: options['duration'],
            params: options['param'],
            allowProcess: options['allowProcess'],
            json: options['json'],
          },
          io,
        ),
      ),
    );
}
