import { NEVER } from 'rxjs';
import type { AnyStateMachine } from 'xstate';
import { callActors } from './call-actors.js';
import { createCallMachine } from './call.js';
import { describeMachine, type StateDescription } from './describe.js';
import { createPluginMachine } from './plugin.js';
import { createSessionMachine } from './session.js';
import { createSignInMachine } from './sign-in.js';
import { sourceActors } from './source-actors.js';
import { createSourceMachine } from './source.js';

const forever = (): Promise<never> => new Promise(() => {});

/** The machines as their charts show them: with effects that never end, since none of them runs. */
const MACHINES: Readonly<Record<string, () => AnyStateMachine>> = {
  call: () => {
    const signalling = { resolve: forever, join: forever, leave: forever, edit: forever, updates: () => NEVER };
    const transport = () => ({ open: forever, apply: forever, events$: NEVER, close: () => {} });
    return createCallMachine({ actors: callActors(signalling, transport), nowMs: () => 0, random: () => 0.5 });
  },
  plugin: () => createPluginMachine({ load: async () => {}, clean: async () => {}, waitsFor: () => '', work: () => () => {} }),
  session: () => {
    const effects = { connect: forever, close: forever, watch: () => NEVER };
    return createSessionMachine({ effects, nowMs: () => 0, random: () => 0.5 });
  },
  signIn: () => {
    const steps = { connect: forever, sendCode: forever, resendCode: forever, checkCode: forever, checkPassword: forever };
    const effects = { ...steps, requestQr: forever, keep: forever, close: forever, scanned: () => NEVER };
    return createSignInMachine({ effects, nowMs: () => 0, random: () => 0.5 });
  },
  source: () => createSourceMachine({ actors: sourceActors({ send: () => {}, facts$: NEVER }), nowMs: () => 0 }),
};

const described = new Map<string, StateDescription>();

/** A chart from its machine; undefined when there is none of that name. */
export function chartOf(name: string): StateDescription | undefined {
  const make = Object.hasOwn(MACHINES, name) ? MACHINES[name] : undefined;
  if (!make) return undefined;
  const known = described.get(name) ?? describeMachine(make());
  described.set(name, known);
  return known;
}
