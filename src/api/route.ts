/**
 * What the HTTP API is made of: every route is declared once, and its checks, its OpenAPI entry, docs and handler come from that.
 * @module
 */
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import type { ApiSession } from './api-session.js';

/** Who asks. */
export interface Caller {
  /** Whether he may change things, and see what is not for everybody. */
  readonly maySteer: boolean;
  /** What he is counted by: his token's digest or his address. */
  readonly key: string;
}

/** A checked request. */
export interface Asked<P, Q, B> {
  /** What stands in the path. */
  readonly params: P;
  /** What stands behind `?`. */
  readonly query: Q;
  /** What was sent. */
  readonly body: B;
  /** Who asks. */
  readonly caller: Caller;
  /** The request's headers of the feed. */
  readonly lastEventId: string | undefined;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** One route as it is declared. */
export interface RouteSpec<
  P extends z.ZodObject | undefined,
  Q extends z.ZodObject | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType | undefined,
> {
  /** `operationId` of OpenAPI. */
  readonly id: string;
  /** How it is asked. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below `/api/v1`, with params as `{name}`. */
  readonly path: string;
  /** The chapter of the docs it is in. */
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  /** More, as Markdown. */
  readonly details?: string;
  /** Whether it is for those alone who may steer. Default: it is, unless it is a GET. */
  readonly steers?: boolean;
  /** What stands in the path. */
  readonly params?: P;
  /** What stands behind `?`. */
  readonly query?: Q;
  /** What is sent. */
  readonly body?: B;
  /** What is sent as the docs show it, where `body` leaves the check to the engine. Default: `body`. */
  readonly bodyDoc?: z.ZodType;
  /** What is answered as JSON; absent: nothing, or what `media` says. */
  readonly answer?: A;
  /** The media type of an answer that is no JSON. */
  readonly media?: string;
  /** What it may be refused with, besides what every route may. */
  readonly errors?: readonly ErrorCode[];
  /** Most bytes of a body. Default 128 KiB. */
  readonly bodyLimit?: number;
  /** Arguments of curl for the docs' example behind the address; absent: a GET without any. `false`: none is shown. */
  readonly example?: { readonly path?: string; readonly body?: unknown } | false;
  /** Answers. Throws a VoxError. A route with `media` sends by the reply. */
  readonly handle: (
    api: ApiSession,
    asked: Asked<Output<P>, Output<Q>, Output<B>>,
    reply: FastifyReply,
  ) => Promise<A extends z.ZodType ? z.input<A> : unknown> | (A extends z.ZodType ? z.input<A> : unknown);
}

/** Any route. */
export interface Route extends Omit<
  RouteSpec<z.ZodObject | undefined, z.ZodObject | undefined, z.ZodType | undefined, z.ZodType | undefined>,
  'handle' | 'steers'
> {
  /** Whether it is for those alone who may steer. */
  readonly steers: boolean;
  /** See {@link RouteSpec}. */
  readonly handle: (api: ApiSession, asked: Asked<never, never, never>, reply: FastifyReply) => unknown;
}

/** Declares a route. */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<P, Q, B, A>): Route {
  return { ...spec, steers: spec.steers ?? spec.method !== 'GET', handle: spec.handle };
}
