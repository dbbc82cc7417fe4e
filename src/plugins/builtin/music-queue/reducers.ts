import type { EngineCommand } from '../../../events/command.js';
import type { EventOf } from '../../../events/event.js';
import { readChat, type ChatCommand } from './chat.js';
import type { Level, MusicConfig } from './config.js';
import { grant, type Granted, type NodeOrder } from './grant.js';
import { noted, type Noted } from './node-facts.js';
import { currentTrack, newQueue, waiting, windowTracks } from './queue.js';
import { show } from './show.js';
import { KEPT, MOST_QUEUES, type CallQueue, type MusicState } from './state.js';
import type { Wish, Wisher } from './wish.js';

interface Args {
  readonly config: MusicConfig;
  readonly atMs: number;
}

/** A graph runs: its call's queue is taken up again, or begun. */
export function graphLoaded(
  state: MusicState,
  { graph, title, call, atMs }: EventOf<'graph.loaded'>,
  config: MusicConfig,
): MusicState {
  return withGraph(state, graph, placeOf({ title, call }), { config, atMs });
}

/** A graph is over: its queue waits for the next. */
export function graphEnded(state: MusicState, graph: string, { config }: Args): MusicState {
  const place = state.graphs[graph];
  if (place === undefined) return state;
  const { [graph]: _, ...graphs } = state.graphs;
  return { ...state, graphs, queues: { ...state.queues, [place]: resting(state.queues[place]!, config) } };
}

/** The plugin begins to work: what an earlier process, or it before a pause, took for running may be over. */
export function begun(state: MusicState, running: readonly { graph: string; place: string }[], args: Args): MusicState {
  const queues = Object.fromEntries(Object.entries(state.queues).map(([place, queue]) => [place, resting(queue, args.config)]));
  return running.reduce((next, { graph, place }) => withGraph(next, graph, place, args), { ...state, queues, graphs: {} });
}

/** What a queue is called: its call, or the title of a graph without one. */
export function placeOf({ title, call }: { readonly title: string; readonly call?: string | undefined }): string {
  return call ?? `graph:${title}`;
}

/** A node told something. */
export function nodeTold(state: MusicState, event: EventOf<'node.told'>, config: MusicConfig): MusicState {
  const place = state.graphs[event.graph];
  if (place === undefined || event.node !== config.node) return state;
  const result = noted(state.queues[place]!, event.what, event.data, { config, atMs: event.atMs });
  if (result.queue === state.queues[place] && result.orders.length === 0) return state;
  const next = applied(state, place, result, config);
  const { announce } = config.chat;
  const lines = result.say.filter(({ kind }) => kind !== 'started' || announce).map(({ text }) => text);
  return lines.reduce((told, text) => tell(told, place, text), next);
}

/** Somebody wrote in the chat. */
export function messageReceived(state: MusicState, event: EventOf<'message.received'>, config: MusicConfig): MusicState {
  const { call, from, text, atMs, seq } = event;
  const queue = state.queues[call];
  if (!config.chat.enabled || !queue || queue.graph === null) return state;
  const { prefix, pageSize } = config.chat;
  const command = readChat(text, prefix);
  if (!command) return state;
  const by: Wisher = { id: from.id, name: from.name, admin: from.admin === true || config.admins.includes(from.id) };
  const answer = (next: MusicState, said: string, refused: boolean): MusicState => {
    if (config.chat.privately) return tell(next, call, said, by.id);
    return tell(next, call, refused ? `${by.name ?? by.id}: ${said}` : said);
  };
  if (!mayUse(command, queue, by, config)) return answer(state, 'You may not do that here.', true);
  if (command.kind === 'wrong') return answer(state, command.text, true);
  if (command.kind === 'show')
    return answer(state, show(queue, command.what, { nowMs: atMs, page: command.page, pageSize, prefix }), false);
  const { state: next, granted } = wish(state, call, command.wish, `chat ${seq}`, { config, atMs, by });
  // What was done concerns everybody.
  if (granted.refused) return answer(next, granted.text, true);
  // A track that begins announces itself.
  return granted.begins && config.chat.announce ? next : tell(next, call, granted.text);
}

/** Does what somebody wishes of a queue, and notes what became of it under a key. */
export function wish(
  state: MusicState,
  place: string,
  wanted: Wish,
  key: string,
  args: Args & { readonly by?: Wisher | undefined },
): { readonly state: MusicState; readonly granted: Granted } {
  const granted = grant(state.queues[place]!, wanted, args);
  const next = granted.refused ? state : applied(state, place, granted, args.config);
  const answer = {
    key,
    place,
    text: granted.text,
    ...(granted.refused && { refused: granted.text }),
    tracks: granted.tracks.map(({ id }) => id),
  };
  return { state: { ...next, answers: [...next.answers, answer].slice(-KEPT) }, granted };
}

/** Which queue a message is about; or why none, as a sentence. */
export function queueFor(state: MusicState, call: string | undefined): { readonly place: string } | { readonly refused: string } {
  if (call !== undefined)
    return Object.hasOwn(state.queues, call) ? { place: call } : { refused: `There is no queue of ${call}.` };
  const places = Object.keys(state.queues);
  const running = places.filter((place) => state.queues[place]!.graph !== null);
  const [only, ...more] = running.length > 0 ? running : places;
  if (only === undefined) return { refused: 'There is no queue yet: no graph runs.' };
  return more.length === 0 ? { place: only } : { refused: `Say which "call": ${[only, ...more].slice(0, 10).join(', ')}.` };
}

function withGraph(state: MusicState, graph: string, wanted: string, { config, atMs }: Args): MusicState {
  let place = wanted;
  // Two graphs of one title, both without a call.
  for (let n = 2; state.queues[place]?.graph != null && state.queues[place]?.graph !== graph; n++) place = `${wanted} #${n}`;
  const saved = state.queues[place];
  const queue: CallQueue = { ...(saved ?? newQueue(config, atMs)), graph, played: false, usedAtMs: atMs };
  return forgetOld({ ...state, graphs: { ...state.graphs, [graph]: place }, queues: { ...state.queues, [place]: queue } });
}

/** No graph plays it; what follows begins where it is. */
function resting(queue: CallQueue, { resume }: MusicConfig): CallQueue {
  const live = queue.durationMs === null && /^https?:/i.test(currentTrack(queue)?.src ?? '');
  const beginMs = resume && !live ? queue.positionMs : 0;
  return { ...queue, graph: null, attached: false, nodePlaying: null, started: false, left: false, beginMs, positionMs: beginMs };
}

/** A changed queue, and the commands that bring its node in line. */
function applied(
  state: MusicState,
  place: string,
  { queue, orders, give = false }: Pick<Noted, 'queue' | 'orders' | 'give'>,
  { node }: MusicConfig,
): MusicState {
  const before = state.queues[place]!;
  const next: MusicState = { ...state, queues: { ...state.queues, [place]: queue } };
  const { graph, attached } = queue;
  if (graph === null || !attached) return next;
  const tracks = windowTracks(queue);
  const changed = give || (before.attached && JSON.stringify(tracks) !== JSON.stringify(windowTracks(before)));
  // Silence comes before another track does, sound after it.
  const first = orders.filter(isSilence);
  const commands: EngineCommand[] = [
    ...first.map((command) => order(graph, node, command)),
    ...(changed || (!before.attached && tracks.length > 0)
      ? [{ type: 'node.set', graph, node, options: { tracks } } as EngineCommand]
      : []),
    ...orders.filter((command) => !isSilence(command)).map((command) => order(graph, node, command)),
  ];
  return commands.reduce(give1, next);
}

function isSilence({ type }: NodeOrder): boolean {
  return type === 'pause' || type === 'stop';
}

function order(graph: string, node: string, command: NodeOrder): EngineCommand {
  return { type: 'node.command', graph, node, command };
}

function tell(state: MusicState, call: string, text: string, to?: string): MusicState {
  // A graph without a call has no chat.
  if (call.startsWith('graph:')) return state;
  return give1(state, { type: 'call.tell', call, text: text.slice(0, 4096), ...(to !== undefined && { to }) });
}

function give1(state: MusicState, command: EngineCommand): MusicState {
  const serial = state.serial + 1;
  return { ...state, serial, orders: [...state.orders, { n: serial, command }].slice(-KEPT) };
}

function mayUse(command: ChatCommand, queue: CallQueue, by: Wisher, { chat }: MusicConfig): boolean {
  const level: Level = chat.permissions[command.permission];
  if (level === 'everyone') return true;
  if (level === 'nobody') return false;
  if (by.admin) return true;
  if (level === 'admin' || command.kind !== 'wish') return false;
  const { wish: wanted } = command;
  const about = 'place' in wanted && wanted.place !== undefined ? waiting(queue)[wanted.place - 1] : currentTrack(queue);
  // Of a track that is not there nothing can be done either; the answer says so.
  return about === undefined || about.data?.['by'] === by.id;
}

function forgetOld(state: MusicState): MusicState {
  const places = Object.keys(state.queues);
  if (places.length <= MOST_QUEUES) return state;
  const idle = places.filter((place) => state.queues[place]!.graph === null);
  idle.sort((a, b) => state.queues[a]!.usedAtMs - state.queues[b]!.usedAtMs);
  const gone = new Set(idle.slice(0, places.length - MOST_QUEUES));
  return { ...state, queues: Object.fromEntries(Object.entries(state.queues).filter(([place]) => !gone.has(place))) };
}
