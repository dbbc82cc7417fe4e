import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Gateway } from '../../media/gateway.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { ActivePlugins } from '../active-plugins.js';
import type { NodeEvent } from '../context.js';
import type { Registry } from '../registry.js';
import type { Permissions } from '../permissions.js';
import type { NodeHost } from './node-host.js';
import type { NodeRun } from './node-run.js';
import type { Preparations } from './preparations.js';

/** What the nodes of one scope are given by their graph. */
export interface GraphHostOptions {
  readonly scheduler: Scheduler;
  readonly gateway: Gateway | undefined;
  readonly debug: boolean;
  readonly registry: Registry;
  readonly personalMixOf: string | undefined;
  readonly permissions: Permissions | undefined;
  readonly plugins: ActivePlugins;
  /** The plan's. */
  readonly baseDir: string;
  readonly preparations: Preparations;
  /** Whether beats happen already, so that time has to stand still for what is held. */
  readonly beats: () => boolean;
  readonly emit: (event: NodeEvent & { readonly node: string }) => void;
  readonly watched: ((node: string, eventType: string) => boolean) | undefined;
  readonly finished: (node: string) => void;
  readonly gaveUp: (run: NodeRun) => boolean;
}

/** Makes the host of a scope's nodes. Facts of personal instances would double those of the common mix; only faults are told. */
export function graphHost(options: GraphHostOptions): NodeHost {
  const {
    scheduler,
    gateway,
    debug,
    registry,
    personalMixOf,
    baseDir,
    preparations,
    beats,
    emit,
    watched,
    finished,
    gaveUp,
    permissions,
    plugins,
  } = options;
  const common = personalMixOf === undefined;
  return {
    scheduler,
    gateway,
    debug,
    registry,
    personalMixOf,
    ...(permissions && { permissions }),
    plugins,
    emit: (node, event) => {
      if (common || 'problem' in event) emit({ ...event, node });
    },
    watched: (node, type) => common && (watched?.(node, type) ?? false),
    resolvePath: (path) => resolvePath(baseDir, path),
    hold: (work) => {
      if (preparations.open) preparations.add(work);
      if (beats() || !preparations.open) scheduler.hold(work);
    },
    gaveUp: (run) => common && gaveUp(run),
    finished: (node) => {
      if (common) finished(node);
    },
  };
}

/** The file that a graph means by a path: beside the graph, else in the current folder. */
export function resolvePath(baseDir: string, path: string): string {
  if (isAbsolute(path)) return path;
  const beside = resolve(baseDir, path);
  return existsSync(beside) ? beside : resolve(path);
}

/** A gateway that sends nothing before `admit` is called. */
export function closedGateway(gateway: Gateway): { readonly gateway: Gateway; readonly admit: () => void } {
  let open = false;
  return {
    gateway: {
      ...gateway,
      sendAudio: (packet, forParticipantId) => {
        if (open) gateway.sendAudio(packet, forParticipantId);
      },
    },
    admit: () => {
      open = true;
    },
  };
}
