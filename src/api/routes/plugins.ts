import { z } from 'zod';
import { route, type Route } from '../route.js';
import { checkSentConfig } from '../source/plugin-files.js';
import { done, name, stateProblem } from '../schemas/common.js';

const pluginParams = z.strictObject({ plugin: name('Its key, such as `music-queue@room:lobby`, or its name.') });

const option = z
  .looseObject({ name: z.string(), type: z.string(), description: z.string(), required: z.boolean() })
  .meta({ id: 'PluginOption' });

const plugin = z
  .looseObject({
    key: z.string(),
    name: z.string(),
    version: z.string(),
    description: z.string(),
    status: z.enum(['loading', 'enabled', 'disabled', 'failed']),
    graph: z.string().optional(),
    from: z.string().meta({ description: 'The file or package its code came from.' }).optional(),
    priority: z.number(),
    options: z.array(option).meta({ description: 'Its settings, as they are declared.' }),
    config: z.record(z.string(), z.json()).meta({ description: 'Its settings, as they are: complete.' }),
    messages: z
      .record(z.string(), z.looseObject({ description: z.string() }))
      .meta({ description: 'What can be sent to it, with JSON Schemas of payload and reply.' }),
    parts: z.array(z.string()),
    nodes: z.array(z.string()).meta({ description: 'Node types that it adds.' }),
    faults: z.number().int(),
    bypassed: z.array(z.string()),
    problem: stateProblem.optional(),
  })
  .meta({ id: 'Plugin' });

/** Routes about plugins. */
export const pluginRoutes: readonly Route[] = [
  route({
    id: 'listPlugins',
    method: 'GET',
    path: '/plugins',
    tag: 'Plugins',
    summary: 'The plugins, those of running graphs too',
    steers: true,
    answer: z.object({ plugins: z.array(plugin) }),
    handle: ({ host }) => ({ plugins: host.engine.plugins() as never }),
  }),
  ...(['enable', 'disable'] as const).map((word) =>
    route({
      id: `${word}Plugin`,
      method: 'POST',
      path: `/plugins/{plugin}/${word}`,
      tag: 'Plugins',
      summary: word === 'enable' ? 'Let a plugin work again' : 'Stop a plugin; it stays loaded and keeps its state',
      params: pluginParams,
      body: z.strictObject({}).prefault({}),
      answer: done,
      errors: ['UNKNOWN_PLUGIN', 'PLUGIN_NEEDED', 'PLUGIN_NEEDS_DISABLED'],
      example: false,
      handle: async ({ host }, { params }) => {
        await host.engine.execute({ type: `plugin.${word}`, plugin: params.plugin });
        return { done: true as const };
      },
    }),
  ),
  route({
    id: 'configurePlugin',
    method: 'POST',
    path: '/plugins/{plugin}/configure',
    tag: 'Plugins',
    summary: 'Give a plugin other settings, until its installer does so',
    params: pluginParams,
    body: z.strictObject({
      config: z.record(z.string(), z.json()).meta({ description: 'All of its settings; what is left out has its default.' }),
    }),
    answer: done,
    errors: ['UNKNOWN_PLUGIN', 'UNKNOWN_PLUGIN_OPTION', 'BAD_PLUGIN_OPTION', 'TEXT_FORBIDDEN'],
    example: false,
    handle: async ({ host }, { params, body }) => {
      checkSentConfig(host, params.plugin, body.config);
      await host.engine.execute({ type: 'plugin.configure', plugin: params.plugin, config: body.config });
      return { done: true as const };
    },
  }),
  route({
    id: 'sendPlugin',
    method: 'POST',
    path: '/plugins/{plugin}/messages',
    tag: 'Plugins',
    summary: 'Send a plugin a message; answers with its reply',
    params: pluginParams,
    body: z.strictObject({
      message: z.string().min(1).max(100).meta({ description: 'One of those it declares.' }),
      payload: z.json().optional(),
    }),
    answer: z.object({ reply: z.unknown() }),
    errors: ['UNKNOWN_PLUGIN', 'UNKNOWN_MESSAGE', 'BAD_MESSAGE', 'PLUGIN_DISABLED', 'MESSAGE_REFUSED', 'MESSAGE_TIMEOUT'],
    example: false,
    handle: async ({ host }, { params, body }) => ({
      reply: (await host.engine.send(params.plugin, body.message, body.payload ?? null)) ?? null,
    }),
  }),
];
