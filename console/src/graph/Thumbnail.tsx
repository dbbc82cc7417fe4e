import { useEffect, useRef, useState } from 'react';
import { ApiError, request } from '../api/client.js';

/** A picture is asked for so often; of many wires each less often, so that all together stay within what one may ask. */
const PERIOD_MS = 1000;
const ALL_TOGETHER_MS = 250;
/** After there was none. */
const AGAIN_MS = 3000;
let shown = 0;

/** The newest picture on a wire, once a second while it is to be seen; what flows, in words, while there is none. */
export function Thumbnail({ graph, outlet, format }: { graph: string; outlet: string; format: string }) {
  const place = useRef<HTMLSpanElement>(null);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const path = `/graphs/${encodeURIComponent(graph)}/wires/${encodeURIComponent(outlet)}/thumbnail`;
    let stop: AbortController | undefined;
    let timer: ReturnType<typeof setTimeout>;
    let onScreen = false;
    const show = (picture: Blob | undefined) =>
      setUrl((before) => {
        if (before !== undefined) URL.revokeObjectURL(before);
        return picture && URL.createObjectURL(picture);
      });
    const look = async ({ signal }: AbortController): Promise<void> => {
      let pauseMs = Math.max(PERIOD_MS, shown * ALL_TOGETHER_MS);
      try {
        const response = await request(path, { signal });
        const picture = await response.blob();
        if (!signal.aborted) show(picture);
      } catch (error) {
        if (signal.aborted) return;
        // A server that knows of no pictures never has one.
        if (error instanceof ApiError && error.code === 'PATH_UNKNOWN') return;
        show(undefined);
        pauseMs = AGAIN_MS;
      }
      if (!signal.aborted) timer = setTimeout(() => stop && void look(stop), pauseMs);
    };
    const rest = () => {
      if (!stop) return;
      stop.abort();
      clearTimeout(timer);
      stop = undefined;
      shown--;
    };
    // What nobody sees is not made.
    const decide = () => {
      if (!onScreen || document.visibilityState !== 'visible') return rest();
      if (stop) return;
      stop = new AbortController();
      shown++;
      void look(stop);
    };
    const observer = new IntersectionObserver((entries) => {
      onScreen = entries.at(-1)!.isIntersecting;
      decide();
    });
    observer.observe(place.current!);
    document.addEventListener('visibilitychange', decide);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', decide);
      rest();
      show(undefined);
    };
  }, [graph, outlet]);
  return (
    <span ref={place} className={url === undefined ? 'wire-word' : 'thumbnail'}>
      {url === undefined ? format : <img src={url} alt={`Picture on ${outlet}`} />}
    </span>
  );
}
