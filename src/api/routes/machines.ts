import { z } from 'zod';
import { voxError } from '../../errors.js';
import { CHARTS } from '../../machines/chart-names.js';
import { chartOf } from '../../machines/charts.js';
import { route, type Route } from '../route.js';
import { name, wholeNumber } from '../schemas/common.js';
import { chart, instance, step } from '../schemas/machine.js';

/** Routes about state machines. */
export const machineRoutes: readonly Route[] = [
  route({
    id: 'listMachines',
    method: 'GET',
    path: '/machines',
    tag: 'Machines',
    summary: 'The chart of every kind of machine, and the machines that run or ended lately',
    answer: z.object({ charts: z.array(chart), instances: z.array(instance) }),
    handle: ({ host }) => ({
      charts: CHARTS.map((kind) => chartOf(kind)) as never,
      instances: host.machines.instances() as never,
    }),
  }),
  route({
    id: 'listTransitions',
    method: 'GET',
    path: '/machines/{instance}/transitions',
    tag: 'Machines',
    summary: 'The last 200 steps of a machine',
    details: 'What comes after them is told by the feed, as `transition`.',
    params: z.strictObject({ instance: name('The machine, such as `call-1`.') }),
    query: z.strictObject({ after: wholeNumber('Only steps with a higher number.').optional() }),
    answer: z.object({ machine: instance, transitions: z.array(step) }),
    errors: ['UNKNOWN_MACHINE'],
    example: { path: '/machines/call-1/transitions' },
    handle: ({ host }, { params, query }) => {
      const machine = host.machines.instance(params.instance);
      if (!machine) throw voxError('UNKNOWN_MACHINE', { machine: params.instance });
      return { machine, transitions: host.machines.steps(params.instance, query.after) as never };
    },
  }),
];
