import { Alert, Button, PasswordInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { signIn } from '../api/client'
import { Logo } from './Logo'

interface LoginProps {
  /** Why the person is asked again. */
  reason: string | null
  onSignedIn: () => void
}

export function Login({ reason, onSignedIn }: LoginProps) {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await signIn(username.trim(), password)
      onSignedIn()
    } catch (e) {
      setError(e instanceof Error ? e.message : 'Sign-in failed.')
      setBusy(false)
    }
  }

  return (
    <main className="login">
      <form className="login-card" data-testid="login-form" onSubmit={(e) => void submit(e)}>
        <Logo />
        <p className="login-lead">Sign in to watch groups decide and orders fill.</p>
        <TextInput label="Username" name="username" autoComplete="username" required autoFocus value={username} onChange={(e) => setUsername(e.currentTarget.value)} />
        <PasswordInput label="Password" name="password" autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
        {reason && !error && (
          <Alert color="blue" variant="light" role="status" data-testid="login-reason">
            {reason}
          </Alert>
        )}
        {error && (
          <Alert color="red" variant="light" role="alert" data-testid="login-error">
            {error}
          </Alert>
        )}
        <Button type="submit" loading={busy} fullWidth mt={4}>
          Sign in
        </Button>
      </form>
    </main>
  )
}
