/** The layout engine, in a thread of its own: a large chart must not hold up the page. */
import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';

let elk: InstanceType<typeof ELK> | undefined;

/** Places the nodes and edges of a graph. */
export async function placeGraph(graph: ElkNode): Promise<ElkNode> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerUrl) });
  return elk.layout(graph);
}

export type { ElkNode };

const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;

/** How wide a text is, in pixels. @param font as CSS writes it */
export function textWidth(text: string, font: string): number {
  canvas.font = font;
  return Math.ceil(canvas.measureText(text).width);
}

/** A path through points with rounded corners, as SVG writes it. */
export function roundedPath(points: readonly { readonly x: number; readonly y: number }[], radius = 8): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x} ${first.y}`;
  for (let i = 0; i < rest.length; i++) {
    const [before, at, after] = [points[i]!, rest[i]!, rest[i + 1]];
    if (!after) {
      path += `L${at.x} ${at.y}`;
      continue;
    }
    const into = Math.hypot(at.x - before.x, at.y - before.y);
    const out = Math.hypot(after.x - at.x, after.y - at.y);
    const r = Math.min(radius, into / 2, out / 2);
    if (r === 0) continue;
    const start = { x: at.x - ((at.x - before.x) / into) * r, y: at.y - ((at.y - before.y) / into) * r };
    const end = { x: at.x + ((after.x - at.x) / out) * r, y: at.y + ((after.y - at.y) / out) * r };
    path += `L${start.x} ${start.y}Q${at.x} ${at.y} ${end.x} ${end.y}`;
  }
  return path;
}
