import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { resume, whenSignedOut } from './api/client'
import { Dashboard } from './Dashboard'
import { Login } from './panels/Login'

type State = 'asking' | 'signed-in' | 'signed-out'

export function App() {
  const client = useQueryClient()
  const [state, setState] = useState<State>('asking')
  const [reason, setReason] = useState<string | null>(null)

  useEffect(() => {
    whenSignedOut((why) => {
      client.clear()
      setReason(why)
      setState('signed-out')
    })
    void resume().then((signedIn) => setState(signedIn ? 'signed-in' : 'signed-out'))
  }, [client])

  if (state === 'asking') return null
  return state === 'signed-in' ? (
    <Dashboard />
  ) : (
    <Login
      reason={reason}
      onSignedIn={() => {
        setReason(null)
        setState('signed-in')
      }}
    />
  )
}
