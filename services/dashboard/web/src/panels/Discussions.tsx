import type { Discussion, Opinion } from '../api/types'
import { percent } from '../lib/format'
import { speaker, stance, words } from '../lib/opinion'
import { moment } from '../lib/time'
import type { Selection } from '../state/selection'
import { ActionTag } from './Badges'
import { Empty, Panel } from './Panel'

interface DiscussionsProps {
  discussions: readonly Discussion[]
  loading: boolean
  failed: boolean
  selection: Selection
}

export function Discussions({ discussions, loading, failed, selection }: DiscussionsProps) {
  return (
    <Panel title="Discussions" testId="discussions" aside={discussions.length || ''} className="feed">
      {discussions.length === 0 && (
        <Empty loading={loading} failed={failed}>
          No discussions yet. Groups hold one for each event they take up.
        </Empty>
      )}
      {discussions.map((discussion) => (
        <button
          type="button"
          key={discussion.id}
          className={`feed-item ${selection.mark('discussions', discussion.id)}`}
          data-testid="discussion-row"
          onClick={() => selection.toggle({ kind: 'discussion', id: discussion.id })}
        >
          <span className="feed-head">
            <b className="clip">{discussion.group_name}</b>
            <time className="num">{moment(discussion.created_at)}</time>
          </span>
          {discussion.message && <span className="feed-text">{discussion.message}</span>}
          {Array.isArray(discussion.member_opinions) && discussion.member_opinions.map((opinion, i) => <Member key={i} opinion={opinion} />)}
          <Decision discussion={discussion} />
        </button>
      ))}
    </Panel>
  )
}

function Member({ opinion }: { opinion: Opinion }) {
  const side = stance(opinion)
  const confidence = percent(opinion)
  return (
    <span className="member">
      <span className="member-head">
        <span className="clip">{speaker(opinion).replaceAll('_', ' ')}</span>
        <span className={`stance ${side}`}>{side}</span>
        <span className="bar" role="meter" aria-label="Confidence" aria-valuemin={0} aria-valuemax={100} aria-valuenow={confidence ?? 0}>
          <span className={side} style={{ width: `${confidence ?? 0}%` }} />
        </span>
        <span className="num share">{confidence === null ? '–' : `${Math.round(confidence)}%`}</span>
      </span>
      {words(opinion) && <span className="feed-text">{words(opinion)}</span>}
    </span>
  )
}

function Decision({ discussion }: { discussion: Discussion }) {
  const decision = discussion.decision
  if (!decision || typeof decision !== 'object') return null
  const confidence = percent(decision)
  return (
    <span className="verdict">
      <span className="member-head">
        <span className="clip">Leader decides</span>
        <ActionTag action={decision.action ?? decision.decision ?? decision.stance} />
        {confidence !== null && <span className="num share">{Math.round(confidence)}%</span>}
      </span>
      {words(decision) && <span className="feed-text">{words(decision)}</span>}
    </span>
  )
}
