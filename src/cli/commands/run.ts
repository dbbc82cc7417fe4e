import { join, resolve as resolvePath } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { createEngine, type Engine } from '../../engine.js';
import { logEvents } from '../../engine/log-events.js';
import type { ParamValue } from '../../graph/file.js';
import type { RoomServer } from '../../calls/room/index.js';
import { problem, reasonOf, VoxError, voxError } from '../../errors.js';
import { withRtmpKey } from '../../media/net/rtmp/target.js';
import { createRealtimeScheduler } from '../../time/realtime.js';
import { checkedAddresses, reachableAddresses } from '../addresses.js';
import { callSentence, isCallLost } from '../call-sentences.js';
import { degradationSentence } from '../degradation.js';
import { collectParam, finish, type CliIo } from '../io.js';
import { dataFolder, openStorage, setUpPlugins, withConfigOption, type PluginArgs } from '../plugin-setup.js';
import { pluginSentence } from '../plugin-sentences.js';
import { problemOfEvent, renderProblem } from '../problems.js';
import { callNames, startCalls, type CallRuns } from '../run-calls.js';
import { noteRun } from '../run-file.js';
import { serveCalls, steeringUrl, type ServerArgs } from '../run-server.js';
import { followFiles } from '../run-watch.js';
import { DEFAULT_INSPECTOR_URL, inspectMachines } from '../stately-inspector.js';
import { onStopSignal } from '../stop-signal.js';
import { renderProblems } from './check.js';

/** The arguments of `voxgraph run`. */
export interface RunArgs extends PluginArgs, ServerArgs {
  /** The graph file. */
  readonly file: string;
  /** The calls it runs in, once in each; default `room:lobby`. */
  readonly calls?: readonly string[];
  /** Values of params. */
  readonly params?: Readonly<Record<string, ParamValue>>;
  /** The WebSocket of Stately's inspector, which is told what the machines do; default: nobody is. */
  readonly inspect?: string;
  /** Whether who is removed from a room may not come back from the same IP address either. Default false. */
  readonly banAddresses?: boolean;
  /** IP addresses that WebRTC peers may reach us at; default: the listening address. */
  readonly addresses?: readonly string[];
  /** Changes the running graph whenever its file is saved, and its plugins whenever theirs are. */
  readonly watch?: boolean;
  /** Events as JSON lines on standard output instead of sentences. */
  readonly json?: boolean;
  /** Lets the graph run commands. */
  readonly allowProcess?: boolean;
  /** An event log of the media to write. */
  readonly record?: string;
  /** Takes up nothing of what a killed run left. Default false. */
  readonly fresh?: boolean;
  /** A log of the engine's events to write, for `voxgraph replay`. */
  readonly log?: string;
}

/** Runs a graph in one call or several until it has ended in all or is stopped. Exit code 0, also after Ctrl-C; 1 when it ended since a source had failed. */
export async function runCommand(args: RunArgs, io: CliIo): Promise<number> {
  const { host = '127.0.0.1' } = args;
  const calls = (args.calls ?? ['room:lobby']).map((call) => withRtmpKey(call, process.env['VOXGRAPH_RTMP_KEY']));
  const { loader, config } = await setUpPlugins(io, args);
  const scheduler = createRealtimeScheduler();
  let stopWatching = () => {};
  let stopInspecting = () => {};
  let forgetRun = () => {};
  const engine = createEngine({
    scheduler,
    addresses: args.addresses ? checkedAddresses(args.addresses) : reachableAddresses(host),
    banAddresses: args.banAddresses ?? false,
    permissions: { process: args.allowProcess ?? false },
    plugins: config.installs,
    loader,
    telegram: { dataFolder: dataFolder(io, args, config) },
    snapshots: { folder: join(dataFolder(io, args, config), 'calls'), fresh: args.fresh ?? false },
    storage: openStorage(io, args, config, (found) => io.stderr(renderProblem(found, undefined, io.color))),
  });
  const stopped = new Promise<'stopped'>((resolve) => {
    const off = onStopSignal(() => resolve('stopped'));
    void engine.events$.subscribe({ complete: off });
  });
  let endLog = async () => {};
  let sourceFailed = false;
  let callFailed = false;
  engine.events$.subscribe((event) => {
    if (event.type === 'call.faulted' || isCallLost(event)) callFailed = true;
    if (event.type === 'node.told' && event.what === 'source.failed') sourceFailed = true;
  });
  try {
    if (calls.length > 1 && args.record !== undefined) throw voxError('USAGE', { reason: 'one call at a time can be recorded' });
    tellEvents(engine, args.json ?? false, io);
    if (args.log !== undefined) {
      const onProblem = (found: VoxError) => io.stderr(renderProblems(found.problems, io));
      endLog = logEvents(engine, { file: resolvePath(io.cwd, args.log), onProblem });
    }
    if (args.inspect !== undefined) stopInspecting = await inspectMachines(engine, args.inspect, scheduler);
    // The port first: whoever starts twice learns it before anything else happens.
    const names = callNames(calls);
    const server = await serveCalls(engine, calls, args);
    if (server) forgetRun = noteRun({ url: steeringUrl(server), graph: args.file, calls: names });
    const record = args.record === undefined ? {} : { record: args.record };
    const starting = startCalls(engine, calls, () => ({ graph: args.file, params: args.params, cwd: io.cwd, ...record }), {
      live: (call) => void (args.json || io.stdout(`On air in ${call}.\n`)),
      failed: (call, error) => {
        callFailed = true;
        const problems = error instanceof VoxError ? error.problems : [problem('INTERNAL', { reason: reasonOf(error) })];
        io.stderr(`${renderProblems(problems, io)}The call ${call} is left out.\n`);
      },
    });
    // A call may have to be waited for; who stops meanwhile does not care how it ends.
    const runs = await Promise.race([starting, stopped]);
    starting.catch(() => {});
    if (runs === 'stopped') return 0;
    const { sessions } = runs;
    // Before it is announced: who reads that may save a file, or steer it, at once.
    if (args.watch) stopWatching = followFiles({ sessions, args, engine, loader, scheduler, io });
    announce(runs, calls, server, args, io);
    const reasons = await Promise.race([runs.ended, stopped]);
    if (callFailed || reasons.includes('failed') || (reasons.includes('finished') && sourceFailed)) return 1;
  } finally {
    forgetRun();
    stopWatching();
    await engine.close();
    stopInspecting();
    await endLog();
    scheduler.close();
  }
  return 0;
}

function titleOf({ sessions }: CallRuns, { file }: RunArgs): string {
  return sessions[0]?.plan.title ?? file;
}

function announce(runs: CallRuns, calls: readonly string[], server: RoomServer | undefined, args: RunArgs, io: CliIo): void {
  const title = titleOf(runs, args);
  const { length } = runs.sessions;
  const page = calls.some((call) => call.startsWith('room:')) ? server?.url : undefined;
  if (args.json) {
    io.stdout(`${JSON.stringify({ type: 'run.ready', title, url: page ?? null, console: server?.consoleUrl ?? null })}\n`);
    return;
  }
  const paint = pc.createColors(io.color);
  if (length === 0) io.stdout(`${paint.bold(title)} waits for its calls.\n`);
  else io.stdout(`${paint.bold(title)} is on air${length > 1 ? ` in ${length} calls` : ''}.\n`);
  if (page !== undefined)
    io.stdout(`\n  ${paint.cyan(page)}\n\nOpen it and press Listen. What happens inside is shown by the console:\n`);
  else if (server) io.stdout('What happens inside is shown by the console:\n');
  if (server) io.stdout(`\n  ${paint.cyan(server.consoleUrl)}\n\n`);
  io.stdout('Ctrl-C stops.\n');
}

function tellEvents(engine: Engine, json: boolean, io: CliIo): void {
  engine.events$.subscribe((event) => {
    const found = problemOfEvent(event);
    const sentence = degradationSentence(event) ?? pluginSentence(event) ?? callSentence(event);
    if (json) io.stdout(`${JSON.stringify(event)}\n`);
    else if (sentence !== undefined) io.stdout(`${sentence}\n`);
    else if (found) io.stderr(renderProblem(found, undefined, io.color));
    else if (event.type === 'node.told' && event.what === 'graph.changed') {
      io.stdout(`Changed:\n${(event.data['changes'] as string[]).map((line) => `  ${line}\n`).join('')}`);
    } else if (event.type === 'participant.joined') io.stdout('Somebody speaks.\n');
    else if (event.type === 'peer.connected' && event.role === 'listen') io.stdout(`${listeners(engine)} listening.\n`);
    else if (event.type === 'peer.closed' && event.role === 'listen') io.stdout(`${listeners(engine)} listening.\n`);
  });
}

function listeners(engine: Engine): number {
  return Object.values(engine.state.calls).reduce((sum, call) => sum + call.listeners, 0);
}

function wholeNumber(name: string, low: number, high: number): (given: string) => number {
  return (given) => {
    const value = Number(given);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw voxError('USAGE', { reason: `${name} must be a whole number from ${low} to ${high}, not "${given}"` });
  };
}

function webSocketUrl(given: string): string {
  if (URL.canParse(given) && /^wss?:$/.test(new URL(given).protocol)) return given;
  throw voxError('USAGE', { reason: `--inspect must be a WebSocket's address such as ${DEFAULT_INSPECTOR_URL}, not "${given}"` });
}

/** The options that `run` and `record` share. */
export function withRunOptions(command: Command): Command {
  return withConfigOption(command)
    .option(
      '--call <address>',
      'where the call is: room:NAME, telegram:@GROUP, rtmp://HOST/APP/KEY (ending with / it takes VOXGRAPH_RTMP_KEY), or file:OUT.ogg; may be repeated (default: "room:lobby")',
      (given: string, before: readonly string[] | undefined) => [...(before ?? []), given],
    )
    .option('-p, --param <name=value>', 'set a param of the graph; may be repeated', collectParam)
    .option('--port <number>', 'port of the page and the HTTP API (default: 8765)', wholeNumber('--port', 0, 65_535))
    .option('--host <address>', 'address to listen on; anything beyond this machine needs --token', '127.0.0.1')
    .option('--token <secret>', 'what clients must show; VOXGRAPH_TOKEN in the environment does the same')
    .option('--admin-token <secret>', 'what those show who may write as admins and steer plugins; default: VOXGRAPH_ADMIN_TOKEN')
    .option('--address <ip...>', 'IP addresses that browsers can reach this machine at; default: --host')
    .option(
      '--inspect [url]',
      `tell Stately's inspector what the machines do (default: "${DEFAULT_INSPECTOR_URL}")`,
      webSocketUrl,
    )
    .option('--cors-origin <origin...>', 'other sites whose pages may use the HTTP API, such as https://panel.example')
    .option('--ban-addresses', 'who is removed from a room may not come back from the same IP address either')
    .option('--allow-process', 'let the graph run commands (source.process)')
    .option(
      '--data <dir>',
      'where plugins store, and how calls are; default: dataDir of the config, VOXGRAPH_DATA, ~/.local/share/voxgraph',
    )
    .option('--fresh', 'begin anew, where a run that was killed would be taken up')
    .option('--log <file>', 'write every event behind what the file holds, for "voxgraph replay"')
    .option('--json', 'events as JSON lines');
}

/** What commander made of {@link withRunOptions}. */
export function runArgs(file: string, options: Record<string, never>): RunArgs {
  return {
    file,
    calls: options['call'],
    params: options['param'],
    host: options['host'],
    port: options['port'],
    token: options['token'],
    adminToken: options['adminToken'],
    addresses: options['address'],
    banAddresses: options['banAddresses'],
    corsOrigins: options['corsOrigin'],
    inspect: options['inspect'] === true ? DEFAULT_INSPECTOR_URL : options['inspect'],
    allowProcess: options['allowProcess'],
    config: options['config'],
    data: options['data'],
    log: options['log'],
    fresh: options['fresh'],
    json: options['json'],
  };
}

/** Adds `voxgraph run` to the program. */
export function register(program: Command, io: CliIo): void {
  withRunOptions(program.command('run').argument('<graph>', 'graph file'))
    .summary('run a graph in a call')
    .description('Run a graph file in a call until it ends or Ctrl-C. The default call is a room of this process, for browsers.')
    .option(
      '--watch',
      'change the running graph whenever its file, or that of a plugin, is saved; a file with mistakes changes nothing',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph run graphs/radio.json\n  voxgraph run graphs/radio.json --param music=song.mp3 --port 9000\n  voxgraph run graphs/night-radio.json --call room:hall --call room:kitchen    one stream, in two rooms\n  voxgraph run graphs/duck.json --host 192.168.1.5 --token secret\n',
    )
    .action((file: string, options: Record<string, never>) =>
      finish(runCommand({ ...runArgs(file, options), watch: options['watch'] ?? false }, io)),
    );
}
