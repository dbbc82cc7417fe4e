import { Observable } from 'rxjs';
import { z } from 'zod';
import type { NodeContext } from '../../graph/context.js';
import { defineNode, type NodeDefinition } from '../../graph/define-node.js';
import type { PlanNode } from '../../graph/plan-types.js';
import type { PortKind, PortSpec } from '../../graph/ports.js';
import type { Registry } from '../../graph/registry.js';
import { clearAudioFrame, createAudioFrame } from '../../media/frame.js';
import type { BeatLine } from './beat-line.js';
import type { SharedNode } from './node.js';
import { SharedReader } from './reader.js';

/** No file can name these types. */
const STAND_IN = ' (shared)';
const OUTLET = ' (outlet)';

const options = z.strictObject({
  shared: z.number().meta({ description: 'The shared node.' }),
  line: z.number().default(0).meta({ description: 'Who reads it: the line of his beats.' }),
});

/** What stand-ins and outlets need of the pool. */
export interface SharedParts {
  readonly node: (id: number) => SharedNode;
  readonly line: (id: number) => BeatLine;
}

/** What stands in a graph in place of a node that is shared, by the same name: what it gives is read there, by the graph's line. */
export function standIn({ id, type, domain, implicit }: PlanNode, shared: number, line: number): PlanNode {
  return { id, type: `${type}${STAND_IN}`, options: { shared, line }, inputs: {}, domain, implicit };
}

/** What stands behind an output of a shared node. */
export function outletNode(type: string, port: string): Pick<PlanNode, 'type'> {
  return { type: `${type}/${port}${OUTLET}` };
}

/** A registry that knows the stand-ins and outlets of all types of another one. */
export function sharingRegistry(registry: Registry, parts: SharedParts): Registry {
  const made = new Map<string, NodeDefinition>();
  const make = (type: string): NodeDefinition | undefined => {
    if (type.endsWith(STAND_IN)) {
      const definition = registry.get(type.slice(0, -STAND_IN.length));
      return definition && standInType(definition, parts);
    }
    const [of = '', port = ''] = type.slice(0, -OUTLET.length).split('/');
    const spec = registry.get(of)?.outputs[port];
    return spec && outletType(port, spec, parts);
  };
  return {
    list: () => registry.list(),
    add: (definition) => registry.add(definition),
    get: (type) => {
      if (!type.endsWith(STAND_IN) && !type.endsWith(OUTLET)) return registry.get(type);
      const known = made.get(type);
      if (known) return known;
      const definition = make(type);
      if (definition) made.set(type, { ...definition, type });
      return made.get(type);
    },
  };
}

/** The outputs of a type that graphs may hear together: pictures every graph makes for itself. */
export function heardOutputs({ outputs }: Pick<NodeDefinition, 'outputs'>): NodeDefinition['outputs'] {
  return Object.fromEntries(Object.entries(outputs).filter(([, { kind }]) => kind !== 'video'));
}

function standInType(definition: NodeDefinition, parts: SharedParts): NodeDefinition {
  const outputs = heardOutputs(definition);
  return defineNode({
    type: 'shared.node',
    summary: 'Give what a shared node gives.',
    inputs: {},
    outputs,
    options,
    fixedOptions: ['shared', 'line'],
    // It is what is heard at this moment, so new effects may hear it before they are heard.
    live: true,
    create: ({ options: { shared, line: reader }, ctx }) => {
      const node = parts.node(shared);
      const line = parts.line(reader);
      ctx.hold(node.ready);
      return Object.fromEntries(
        Object.entries(outputs).map(([port, spec]) => [port, readings({ node, port, line, kind: spec.kind, ctx })]),
      ) as never;
    },
  });
}

interface Reading {
  readonly node: SharedNode;
  readonly port: string;
  readonly line: BeatLine;
  readonly kind: PortKind;
  readonly ctx: NodeContext;
}

function readings({ node, port, line, kind, ctx }: Reading): Observable<never> {
  return new Observable((subscriber) => {
    const reader = new SharedReader(node, port, line, kind, (item) => subscriber.next(item as never));
    subscriber.add(() => reader.close());
    const silence = createAudioFrame(1);
    const subscription = ctx.tick$.subscribe((tick) => {
      const found = reader.read(tick);
      if (found === 'ended') return subscriber.complete();
      if (found === 'read') return;
      ctx.count('underruns');
      if (kind !== 'audio') return;
      clearAudioFrame(silence);
      silence.ptsUs = tick.ptsUs;
      subscriber.next(silence as never);
    });
    subscriber.add(subscription);
  });
}

function outletType(port: string, spec: PortSpec, parts: SharedParts): NodeDefinition {
  return defineNode({
    type: 'shared.outlet',
    summary: 'Take what a shared node gives.',
    inputs: { in: { ...spec, arity: 'one' } },
    outputs: {},
    options,
    create: ({ inputs, options: { shared }, ctx }) => {
      const outlet = parts.node(shared).outlet(port);
      const done = () => {
        outlet.complete();
        ctx.finish();
      };
      const stream$ = inputs.in as Observable<unknown>;
      const subscription = stream$.subscribe({ next: (item) => outlet.push(item), error: done, complete: done });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
}
