import { Alert, Button, Group, PasswordInput, Select, Switch, Table, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { send } from '../api/client'
import { ROLES, type User } from '../api/types'
import { moment } from '../lib/time'
import { keys, useUsers } from '../state/queries'

const ROUTE = '/api/v1/users'

/** Who may sign in as what. */
export function Users({ me }: { me: User }) {
  const client = useQueryClient()
  const users = useUsers(true).data ?? []
  const [error, setError] = useState<string | null>(null)
  const change = async (work: Promise<unknown>) => {
    try {
      await work
      setError(null)
      return true
    } catch (e) {
      setError(e instanceof Error ? e.message : 'Not changed.')
      return false
    } finally {
      await client.invalidateQueries({ queryKey: keys.users })
    }
  }
  const patch = (user: User, body: object) => void change(send('PATCH', `${ROUTE}/${user.id}`, body))

  return (
    <div data-testid="users">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>May sign in</Table.Th>
            <Table.Th>Last sign-in</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.id} data-testid="user-row">
              <Table.Td>{user.username}</Table.Td>
              <Table.Td>
                <Select size="xs" aria-label={`Role of ${user.username}`} data={ROLES} value={user.role} allowDeselect={false} onChange={(role) => role && patch(user, { role })} />
              </Table.Td>
              <Table.Td>
                <Switch aria-label={`${user.username} may sign in`} checked={!user.disabled} onChange={(e) => patch(user, { disabled: !e.currentTarget.checked })} />
              </Table.Td>
              <Table.Td className="num">{moment(user.last_sign_in_at)}</Table.Td>
              <Table.Td>
                {user.id !== me.id && (
                  <Button size="compact-xs" color="red" variant="subtle" onClick={() => window.confirm(`Remove ${user.username}?`) && void change(send('DELETE', `${ROUTE}/${user.id}`))}>
                    Remove
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {error && (
        <Alert color="red" variant="light" role="alert" my="sm">
          {error}
        </Alert>
      )}
      <NewUser onCreate={(body) => change(send('POST', ROUTE, body))} />
    </div>
  )
}

function NewUser({ onCreate }: { onCreate: (body: object) => Promise<boolean> }) {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState<string>('viewer')

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!(await onCreate({ username: username.trim(), password, role }))) return
    setUsername('')
    setPassword('')
  }

  return (
    <form onSubmit={(e) => void submit(e)}>
      <Group align="end" mt="sm">
        <TextInput label="Name" autoComplete="off" required value={username} onChange={(e) => setUsername(e.currentTarget.value)} />
        <PasswordInput label="Password" autoComplete="new-password" required minLength={12} w={200} value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
        <Select label="Role" data={ROLES} value={role} allowDeselect={false} w={110} onChange={(r) => setRole(r ?? 'viewer')} />
        <Button type="submit">Add</Button>
      </Group>
    </form>
  )
}
