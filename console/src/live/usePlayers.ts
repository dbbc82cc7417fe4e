import { useEffect, useState } from 'react';
import type { Player } from '../api/types.js';
import { players, positionAt, watchPlayers } from './players.js';
import { useStore } from './store.js';

/** What plays in a graph; undefined until that is known. */
export function usePlayers(graph: string | undefined): readonly Player[] | undefined {
  useEffect(watchPlayers, []);
  const seen = useStore(players);
  return seen?.list.filter((one) => one.graph === graph);
}

/** Where a player is now, in milliseconds; it moves as that does. */
export function usePosition(player: Player): number {
  const seenAtMs = useStore(players, (seen) => seen?.atMs ?? 0);
  const [, tick] = useState(0);
  const moves = player.status === 'playing';
  useEffect(() => {
    if (!moves) return;
    const timer = setInterval(() => tick((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, [moves]);
  return positionAt(player, seenAtMs, performance.now());
}
