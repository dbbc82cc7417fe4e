import { useEffect, useState } from 'react';
import { ApiError, request } from '../api/client.js';

const PERIOD_MS = 1000;

/** The newest picture on a wire, once a second while it is to be seen; what flows, in words, while there is none. */
export function Thumbnail({ graph, outlet, format }: { graph: string; outlet: string; format: string }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const stop = new AbortController();
    let shown: string | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      try {
        const path = `/graphs/${encodeURIComponent(graph)}/wires/${encodeURIComponent(outlet)}/thumbnail`;
        const response = await request(path, { signal: stop.signal });
        if (response.status === 200) {
          const next = URL.createObjectURL(await response.blob());
          if (shown !== undefined) URL.revokeObjectURL(shown);
          shown = next;
          setUrl(next);
        }
      } catch (error) {
        // There may be no picture yet; a server that knows of none never has one.
        if (error instanceof ApiError && error.code === 'PATH_UNKNOWN') return;
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void look(), PERIOD_MS);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      if (shown !== undefined) URL.revokeObjectURL(shown);
    };
  }, [graph, outlet]);
  return url === undefined ? (
    <span className="wire-word">{format}</span>
  ) : (
    <img className="thumbnail" src={url} alt={`Picture on ${outlet}`} />
  );
}
