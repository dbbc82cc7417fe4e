import { useEffect, useState } from 'react';

/**
 * What `layOut` makes of `drawn`; made again when what is drawn has changed, which its JSON tells. Undefined until the first time; then the
 * old one stays until the new one is there.
 *
 * @param variant what else the places depend on.
 */
export function usePlaced<Drawn, Placed>(
  drawn: Drawn,
  layOut: (drawn: Drawn) => Promise<Placed>,
  variant?: unknown,
): Placed | undefined {
  const [placed, setPlaced] = useState<Placed>();
  const text = JSON.stringify(drawn);
  useEffect(() => {
    let over = false;
    void layOut(drawn).then((made) => {
      if (!over) setPlaced(made);
    });
    return () => {
      over = true;
    };
  }, [text, variant]);
  return placed;
}
