// Runs the example of a node type in virtual time and keeps what goes into the node and what comes out of it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What runs where nothing else is said. */
const SCENE = { durationSec: 3.5, params: {}, participants: {}, sources: {}, at: [] };
/** Pictures come at this rate. */
export const PICTURE_RATE = 5;

/**
 * The parts of voxgraph that run examples, from a build.
 *
 * @param root the checkout
 */
export async function loadEngine(root) {
  const part = (path) => import(join(root, 'dist', path));
  const parts = await Promise.all(
    [
      'graph/load.js',
      'graph/registry.js',
      'graph/define-node.js',
      'graph/ports.js',
      'graph/draw-svg.js',
      'graph/run/graph-run.js',
      'time/offline.js',
      'engine/graph-test/index.js',
      'engine/graph-test/test-file.js',
      'engine/graph-test/scripted-call.js',
      'engine/graph-test/sounds.js',
      'engine/graph-test/probes.js',
      'nodes/index.js',
      'nodes/sinks/frames.js',
      'plugins/declared.js',
      'plugins/loader/plugin-loader.js',
      'media/av/audio-writer.js',
      'media/av/video/packet-decoder.js',
      'media/av/video/renderer.js',
      'media/av/video/image-encoder.js',
    ].map(part),
  );
  return Object.assign({ z: (await import('zod')).z }, ...parts);
}

/** A node type that keeps copies of the packets that come. */
function packetProbe({ defineNode, packets, z }, kept) {
  return defineNode({
    type: 'test.packets',
    summary: 'Keep packets.',
    inputs: { packets: packets('What to keep.') },
    outputs: {},
    options: z.strictObject({ wire: z.string().meta({ description: 'Which.' }) }),
    create: ({ inputs, options, ctx }) => {
      const list = kept.get(options.wire);
      const subscription = inputs.packets.subscribe({
        next: (packet) =>
          list.push({
            kind: 'packet',
            codec: packet.codec,
            ptsUs: packet.ptsUs,
            durationUs: packet.durationUs,
            key: packet.key,
            data: Uint8Array.from(packet.data),
          }),
        complete: () => ctx.finish(),
      });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
}

/** The nodes without which none of the wanted ones gets anything. */
function onlyFor(nodes, wanted) {
  const kept = new Set(wanted);
  const todo = [...wanted];
  for (let id = todo.pop(); id !== undefined; id = todo.pop())
    for (const { node } of Object.values(nodes.find((one) => one.id === id)?.inputs ?? {}).flat())
      if (!kept.has(node)) {
        kept.add(node);
        todo.push(node);
      }
  return nodes.filter(({ id }) => kept.has(id));
}

/** The wires of a node that are to be heard or seen: `{ name, role, kind, node, port, many }`. */
function wiresOf(plan, shown, registry) {
  const { inputs, outputs } = registry.get(shown.type);
  const wires = Object.entries(shown.inputs).flatMap(([port, list]) =>
    list.map((wire) => {
      const producer = plan.nodes.find(({ id }) => id === wire.node);
      const many = registry.get(producer.type).outputs[wire.port]?.arity === 'many';
      return {
        name: `in-${wire.node}-${wire.port}`,
        label: wire.node,
        into: port,
        role: 'in',
        kind: inputs[port].kind,
        many,
        ...wire,
      };
    }),
  );
  // Only what something listens to is made.
  const heard = new Set(
    plan.nodes.flatMap((node) =>
      Object.values(node.inputs)
        .flat()
        .filter((wire) => wire.node === shown.id)
        .map(({ port }) => port),
    ),
  );
  for (const [port, { kind, arity }] of Object.entries(outputs))
    if (heard.has(port))
      wires.push({ name: `out-${port}`, label: shown.id, role: 'out', kind, many: arity === 'many', node: shown.id, port });
  return wires;
}

/** What a call hears: its Opus packets, and the sound that its encoder is given. */
function soundBeforeCall(plan, call, registry) {
  const wires = wiresOf(plan, call, registry);
  const encoder = plan.nodes.find((node) => node.type === 'encode.opus' && wires.some((wire) => wire.node === node.id));
  return [...(encoder ? wiresOf(plan, encoder, registry).filter(({ role }) => role === 'in') : []), ...wires];
}

/**
 * Runs the example of a node type.
 *
 * @param engine what {@link loadEngine} gave
 * @param file the graph; a `.test.json` beside it says who is in the call and what happens
 * @param type the node type it is about
 * @param frames a folder for pictures
 * @param script who is in the call and what happens, as in a test; default: the `.test.json` beside it
 * @returns plan, the node, wires with what came along them, and the events of the node
 */
export async function runExample(engine, file, type, frames, script) {
  const loader = engine.createPluginLoader();
  const base = engine.createRegistry(engine.builtinNodes);
  const { check } = await engine.declarePlugins(file, '.', { registry: base, installed: [], loader });
  const testFile = file.replace(/\.json$/, '.test.json');
  const expect = [{ silence: false }];
  const scene = script
    ? engine.testFileSchema.parse({ version: 1, expect, ...script })
    : existsSync(testFile)
      ? engine.loadTest(testFile, '.').test
      : SCENE;
  const { registry, pluginSupply } = check;
  const plan = engine.loadGraph(file, { ...check, params: scene.params, cwd: '.' });
  const shown = plan.nodes.find((node) => node.type === type);
  if (!shown) throw new Error(`${file} has no node of the type ${type}`);
  const wires = type === 'sink.call' ? soundBeforeCall(plan, shown, registry) : wiresOf(plan, shown, registry);
  const pictured = wires.every(({ kind }) => kind === 'video' || kind === 'packets') && !existsSync(testFile);
  const durationSec = pictured && !/delay|fade|test-pattern|visualizer|encode|frames/.test(type) ? 1 : scene.durationSec;

  const recordings = new Map();
  const packets = new Map();
  const nodes = plan.nodes.map((node) =>
    node.id in scene.sources ? { ...node, type: 'test.source', options: {}, inputs: {} } : node,
  );
  const probes = [];
  const add = (id, nodeType, options, port, wire) => {
    const { domain } = nodes.find((node) => node.id === wire.node);
    nodes.push({ id, type: nodeType, options, inputs: { [port]: [wire] }, domain, implicit: true });
  };
  for (const wire of wires) {
    const id = `probe~${wire.name}`;
    const from = { node: wire.node, port: wire.port, branches: wire.many };
    if (wire.kind === 'audio') {
      recordings.set(wire.name, new engine.Recording());
      if (wire.many) add(`${id}~mix`, 'mix.sum', registry.get('mix.sum').options.parse({}), 'audio', from);
      add(
        id,
        'test.probe',
        { wire: wire.name },
        'audio',
        wire.many ? { node: `${id}~mix`, port: 'audio', branches: false } : from,
      );
    } else if (wire.kind === 'packets') {
      packets.set(wire.name, []);
      add(id, 'test.packets', { wire: wire.name }, 'packets', from);
    } else if (wire.kind === 'video') {
      const sheet = {
        folder: join(frames, wire.name),
        sheet: join(frames, `${wire.name}.png`),
        sheetPictures: 6,
        sheetColumns: 3,
      };
      add(id, 'sink.frames', engine.framesOptions.parse({ ...sheet, frameRate: PICTURE_RATE }), 'video', from);
    } else continue;
    probes.push(id);
  }

  const problems = [];
  const events = [];
  const scheduler = engine.createOfflineScheduler({ onError: (error) => problems.push(String(error)) });
  const baseDir = join(file, '..');
  const call = await engine.scriptCall(scene.participants, baseDir, scheduler);
  const sounds = new Map();
  try {
    for (const [node, script] of Object.entries(scene.sources)) sounds.set(node, await engine.scriptSounds(script, baseDir));
    const own = [engine.probeNode(recordings), packetProbe(engine, packets), engine.standInNode(sounds)];
    const run = new engine.GraphRun({
      id: 'example',
      plan: { ...plan, nodes: onlyFor(nodes, probes) },
      registry: engine.createRegistry([...registry.list().map(engine.withoutFiles), ...own]),
      scheduler,
      pluginSupply,
      gateway: call.gateway,
      durationUs: durationSec * 1e6,
      watched: () => true,
      onEvent: (event) => {
        if (event.node === shown.id) events.push({ atUs: scheduler.nowUs(), ...structuredClone(event) });
        if (event.problem) problems.push(event.problem.message ?? JSON.stringify(event.problem));
      },
    });
    for (const { sec, node, set, command } of scene.at)
      scheduler.after(sec * 1000, () => {
        if (set) run.setOptions(node, set);
        if (command) run.command(node, command);
      });
    await run.start();
    void run.ended.then(() => scheduler.stop());
    await scheduler.run();
    await run.stop('finished');
  } finally {
    call.close();
    for (const sound of sounds.values()) sound.close();
    scheduler.close();
  }
  if (problems.length > 0) throw new Error(`${file}: ${problems.join('; ')}`);
  const heard = wires.map((wire) => ({
    ...wire,
    ...(recordings.has(wire.name) && {
      planes: [0, 1].map((channel) => recordings.get(wire.name).samples(0, Infinity, channel)),
    }),
    ...(packets.has(wire.name) && { packets: packets.get(wire.name) }),
  }));
  return { plan, shown, registry, durationSec, wires: heard, events };
}
