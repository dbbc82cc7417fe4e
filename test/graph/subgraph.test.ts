import { describe, expect, it } from 'vitest';
import { checkGraphText, type CheckedGraph } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import { graphSchema } from '../../src/graph/schema.js';
import { gain } from '../../src/nodes/effects/gain.js';
import { split } from '../../src/nodes/flow/split.js';
import { builtinNodes } from '../../src/nodes/index.js';

const registry = createRegistry(builtinNodes);

/** A graph whose split holds these nodes, one to a line from line 6 on. */
function check(
  nodes: readonly string[],
  more = '',
  rest = '"end": { "type": "sink.null", "in": { "audio": "each" } }',
): CheckedGraph {
  const text = [
    '{ "version": 1,',
    '  "params": { "loud": { "type": "number", "default": 3 } },',
    '  "nodes": {',
    '    "room": { "type": "source.participants" },',
    '    "each": { "type": "flow.split", "in": { "audio": "room" }, "options": { "nodes": {',
    nodes.join(',\n'),
    `} ${more} } }${rest ? ',' : ''}`,
    rest,
    '  } }',
  ].join('\n');
  return checkGraphText(text, 'each.json', { registry });
}

const said = ({ problems }: CheckedGraph) =>
  problems.map(({ code, place, node, message }) => [code, `${place?.line}:${place?.column}`, node, message]);

const out = ', "out": "loud"';

describe('a graph inside a node', () => {
  it('is planned with its ends, params, mixers and complete options', () => {
    const { plan, problems } = check(
      ['"loud": { "type": "effect.gain", "in": { "audio": "voice" }, "options": { "gainDb": { "$param": "loud" } } }'],
      out,
    );
    expect(problems).toEqual([]);
    const inside = plan!.nodes.find(({ id }) => id === 'each')!.subgraph!;
    expect(inside.nodes).toMatchObject([
      { id: 'voice', inputs: {} },
      { id: 'loud', options: { gainDb: 3 }, inputs: { audio: [{ node: 'voice', port: 'audio', branches: false }] } },
      { id: '(result)', inputs: { audio: [{ node: 'loud', port: 'audio', branches: false }] } },
    ]);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('has its problems at their places, under the names of both nodes', () => {
    expect(
      said(
        check(
          [
            '  "loud": { "type": "effect.gain", "in": { "audio": "voice" }, "options": { "gainDB": 3 } }',
            '  "echo": { "type": "effect.ecko", "in": { "audio": "loud" } }',
            '  "more": { "type": "effect.gain", "in": { "audio": "lout" } }',
            '  "file": { "type": "sink.file", "in": { "sound": "voice" }, "options": { "path": "x.wav", "channels": 7 } }',
          ],
          out,
        ),
      ),
    ).toEqual([
      ['UNKNOWN_OPTION', '6:77', 'each/loud', expect.stringContaining('Did you mean "gainDb"?')],
      ['UNKNOWN_TYPE', '7:21', 'each/echo', expect.stringContaining('Did you mean "effect.echo"?')],
      ['UNUSED_NODE', '8:3', 'each/more', expect.anything()],
      ['UNKNOWN_NODE', '8:53', 'each/more', expect.stringContaining('Did you mean "loud"?')],
      ['UNKNOWN_PORT', '9:42', 'each/file', expect.stringContaining('sound')],
      ['BAD_OPTION', '9:104', 'each/file', expect.stringContaining('channels')],
    ]);
  });

  it('says what is wrong with what goes out of it, in the words of the outer node', () => {
    const loud = ['"loud": { "type": "effect.gain", "in": { "audio": "voice" } }'];
    expect(said(check(loud, ', "out": "lout"'))).toEqual([
      ['UNKNOWN_NODE', '7:12', 'each', expect.stringContaining('Did you mean "loud"?')],
    ]);
    expect(said(check(loud, ', "out": "loud.x.y"'))).toEqual([
      ['GRAPH_SHAPE', '7:12', 'each', expect.stringContaining('is no wire')],
    ]);
    const packets = ['"opus": { "type": "encode.opus", "in": { "audio": "voice" } }'];
    expect(said(check(packets, ', "out": "opus"'))).toEqual([['WRONG_KIND', '7:12', 'each', expect.anything()]]);
    expect(check([], ', "out": "voice"').problems).toEqual([]);
  });

  it('reports a loop, a node without a use, and nothing that leaves', () => {
    expect(
      said(
        check(
          [
            '"loud": { "type": "effect.gain", "in": { "audio": "voice" } }',
            '"a": { "type": "effect.gain", "in": { "audio": "b" } }',
            '"b": { "type": "effect.gain", "in": { "audio": "a" } }',
            '"c": { "type": "effect.gain", "in": { "audio": "loud" } }',
          ],
          out,
        ),
      ).map(([code, , node]) => [code, node]),
    ).toEqual([
      ['CYCLE', 'each/a'],
      ['UNUSED_NODE', 'each/c'],
    ]);
    expect(said(check(['"loud": { "type": "effect.gain", "in": { "audio": "voice" } }'])).map(([code]) => code)).toEqual([
      'NO_SINK',
    ]);
    expect(
      check(['"rec": { "type": "sink.file", "in": { "audio": "voice" }, "options": { "path": "x.wav" } }'], '', '').problems,
    ).toEqual([]);
  });

  it('refuses what belongs to the whole call, a split in a split, and the name of what comes in', () => {
    expect(
      said(
        check(
          [
            '"loud": { "type": "effect.gain", "in": { "audio": "voice" } }',
            '"room": { "type": "source.participants" }',
            '"each": { "type": "flow.split", "in": { "audio": "room" }, "options": { "nodes": {}, "out": "voice" } }',
            '"voice": { "type": "source.tone" }',
            '"sum": { "type": "sink.null", "in": { "audio": "each" } }',
          ],
          out,
        ),
      ).map(([code, place, node]) => [code, place, node]),
    ).toEqual([
      ['GRAPH_SHAPE', '7:19', 'each/room'],
      ['GRAPH_SHAPE', '8:19', 'each/each'],
      ['GRAPH_SHAPE', '9:1', 'each'],
    ]);
  });

  it('reports a missing param once', () => {
    const { problems } = check(
      ['"loud": { "type": "effect.gain", "in": { "audio": "voice" }, "options": { "gainDb": { "$param": "lout" } } }'],
      out,
    );
    expect(problems.map(({ code }) => code)).toEqual(['UNKNOWN_PARAM']);
  });

  it('needs its nodes, as an object', () => {
    for (const options of ['{}', '{ "nodes": 3, "out": "voice" }']) {
      const text = `{ "version": 1, "nodes": {
        "room": { "type": "source.participants" },
        "each": { "type": "flow.split", "in": { "audio": "room" }, "options": ${options} },
        "end": { "type": "sink.null", "in": { "audio": "each" } } } }`;
      expect(checkGraphText(text, 'x.json', { registry }).problems.map(({ code }) => code)).toEqual(['BAD_OPTION']);
    }
  });

  it('is completed by the editor as a graph is', () => {
    const { definitions } = graphSchema(createRegistry([gain, split])) as {
      definitions: { node: { allOf: { if: unknown; then: unknown }[] } };
    };
    const then = definitions.node.allOf.find((part) => JSON.stringify(part.if).includes('flow.split'))!.then;
    expect(then).toMatchObject({
      properties: {
        options: { properties: { nodes: { type: 'object', additionalProperties: { $ref: '#/definitions/node' } } } },
      },
    });
  });
});
