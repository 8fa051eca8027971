import type { EventItem } from '../api/types'
import { text } from '../lib/opinion'
import { moment } from '../lib/time'
import type { Selection } from '../state/selection'
import { Tag } from './Badges'
import { Empty, Panel } from './Panel'

interface EventsProps {
  events: readonly EventItem[]
  loading: boolean
  failed: boolean
  selection: Selection
}

export function Events({ events, loading, failed, selection }: EventsProps) {
  return (
    <Panel title="Live events" testId="events" aside={events.length || ''} className="feed">
      {events.length === 0 && (
        <Empty loading={loading} failed={failed}>
          No events yet. They appear here as triggers fire.
        </Empty>
      )}
      {events.map((event) => (
        <button
          type="button"
          key={event.id}
          className={`feed-item ${selection.mark('events', event.id)}`}
          data-testid="event-row"
          onClick={() => selection.toggle({ kind: 'event', id: event.id })}
        >
          <span className="feed-head">
            <b className="clip">{event.title || event.source_id}</b>
            <time className="num">{moment(event.created_at)}</time>
          </span>
          <span className="feed-meta">
            <span className={`prio p${event.priority >= 8 ? 'high' : event.priority >= 5 ? 'mid' : 'low'}`} title={`Priority ${event.priority} of 10`}>
              P{event.priority}
            </span>
            <span className="clip">{event.source_id}</span>
            {event.targets.slice(0, 2).map((target) => (
              <Tag key={target} kind="quiet" title={target}>
                {target}
              </Tag>
            ))}
          </span>
          <span className="feed-text">{text(event.payload)}</span>
        </button>
      ))}
    </Panel>
  )
}
