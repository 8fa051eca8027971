import { Alert, Button, Menu, Modal, PasswordInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { changePassword, send } from '../api/client'
import { useMe } from '../state/queries'
import { Users } from './Users'

/** Who is signed in, and what that person may do about it. */
export function Account() {
  const me = useMe().data
  const [open, setOpen] = useState<'password' | 'users' | null>(null)
  if (!me) return null
  const close = () => setOpen(null)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-xs" variant="default" data-testid="account" title={`Role: ${me.role}`}>
            {me.username}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {me.role === 'admin' && <Menu.Item onClick={() => setOpen('users')}>Users</Menu.Item>}
          <Menu.Item onClick={() => setOpen('password')}>Change password</Menu.Item>
          <Menu.Item onClick={() => void send('POST', '/api/v1/auth/logout-everywhere').catch(() => {})}>Sign out everywhere</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={open === 'password'} onClose={close} title="Change password">
        <OwnPassword onDone={close} />
      </Modal>
      <Modal opened={open === 'users'} onClose={close} title="Users" size="lg">
        <Users me={me} />
      </Modal>
    </>
  )
}

function OwnPassword({ onDone }: { onDone: () => void }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [error, setError] = useState<string | null>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await changePassword(current, next)
      onDone()
    } catch (e) {
      setError(e instanceof Error ? e.message : 'Not changed.')
    }
  }

  return (
    <form onSubmit={(e) => void submit(e)}>
      <PasswordInput label="Current password" autoComplete="current-password" required value={current} onChange={(e) => setCurrent(e.currentTarget.value)} />
      <PasswordInput label="New password" description="At least 12 characters" autoComplete="new-password" required minLength={12} value={next} onChange={(e) => setNext(e.currentTarget.value)} />
      {error && (
        <Alert color="red" variant="light" role="alert" mt="sm">
          {error}
        </Alert>
      )}
      <Button type="submit" mt="sm">
        Change
      </Button>
    </form>
  )
}
