import type { Group } from '../api/types'
import { quantity } from '../lib/format'
import { Tag } from './Badges'
import { Empty, Panel } from './Panel'

interface GroupsProps {
  groups: readonly Group[]
  selected: string | null
  loading: boolean
  failed: boolean
  onSelect: (groupId: string | null) => void
}

export function Groups({ groups, selected, loading, failed, onSelect }: GroupsProps) {
  return (
    <Panel title="Groups" testId="groups" aside={groups.length || ''} className="table">
      <table>
        <tbody>
          {groups.map((group) => (
            <tr key={group.id} data-testid="group-row" className={selected === group.id ? 'linked' : ''} onClick={() => onSelect(selected === group.id ? null : group.id)}>
              <td className="group" title={group.members.map((m) => `${m.name} (${m.role})`).join(', ')}>{group.name}</td>
              <td className="num">{group.symbol}</td>
              <td className="num dim">
                {group.interval} · {quantity(group.leverage)}×
              </td>
              <td className="r"><GroupState group={group} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {groups.length === 0 && <Empty loading={loading} failed={failed}>No groups yet.</Empty>}
    </Panel>
  )
}

function GroupState({ group }: { group: Group }) {
  if (!group.active) return <Tag kind="quiet">paused</Tag>
  if (group.hosted) return <Tag kind="info" title="Run by this system">hosted</Tag>
  return group.connected ? <Tag kind="good">connected</Tag> : <Tag kind="warn">offline</Tag>
}
