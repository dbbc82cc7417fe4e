import { afterEach, describe, expect, it } from 'vitest';
import { served } from './support.js';

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});
const start = async (...args: Parameters<typeof served>) => (open = await served(...args));

describe('who watches over the process', () => {
  it('reads metrics as Prometheus has them', async () => {
    const { ask, scheduler } = await start();
    await scheduler.play(1000);
    const [first, second] = await Promise.all([ask('GET', '/metrics'), ask('GET', '/metrics')]);
    expect(first!.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const { text } of [first!, second!]) {
      expect(text).toContain('voxgraph_calls{status="live"} 1');
      expect(text).toContain('voxgraph_graphs{status="running"} 1');
      const [, ticks] = /voxgraph_graph_ticks_total\{graph="graph-1",call="room:lobby"\} (\d+)/.exec(text)!;
      expect(Number(ticks)).toBeGreaterThan(40);
      expect(Number(ticks)).toBeLessThan(80);
      expect(text).toMatch(/voxgraph_queue_depth\{graph="graph-1",from="opus\.audio",to="call\.audio"\} \d/);
      expect(text).toMatch(/nodejs_eventloop_lag_seconds \d/);
      expect(text).toContain('# TYPE voxgraph_facts_total counter');
    }
  });

  it('asks whether it lives and is ready without a token, and for metrics with one', async () => {
    const { ask } = await start({ token: 'in' });
    expect((await ask('GET', '/healthz')).json).toEqual({ status: 'ok' });
    expect((await ask('GET', '/readyz')).json).toEqual({ status: 'ready' });
    expect((await ask('GET', '/metrics')).status).toBe(401);
    expect((await ask('GET', '/metrics', undefined, { authorization: 'Bearer in' })).status).toBe(200);
    expect((await ask('POST', '/healthz')).status).toBe(405);
  });
});
