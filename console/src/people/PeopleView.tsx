import type { ViewProps } from '../app/App.js';
import { Chat } from './Chat.js';
import { MusicCard } from './MusicCard.js';
import { OwnCard } from './OwnCard.js';
import { Participants } from './Participants.js';
import '../styles/people.css';

/** Who is in the call, what plays, and what is written. */
export function PeopleView({ stage }: ViewProps) {
  if (!stage) return <p className="empty">Nothing runs at present.</p>;
  return (
    <div className="page people-page">
      <MusicCard stage={stage} />
      <div className="people-side">
        {stage.call !== undefined && <OwnCard key={stage.call} call={stage.call} />}
        {stage.call !== undefined && <Participants call={stage.call} />}
        {/^(room|telegram):/.test(stage.call ?? '') && <Chat key={stage.call} call={stage.call!} />}
      </div>
    </div>
  );
}
