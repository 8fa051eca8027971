import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { token, whenSignedOut } from './api/client'
import { Dashboard } from './Dashboard'
import { Login } from './panels/Login'

export function App() {
  const client = useQueryClient()
  const [signedIn, setSignedIn] = useState(() => token() !== null)

  useEffect(() => {
    whenSignedOut(() => {
      client.clear()
      setSignedIn(false)
    })
  }, [client])

  return signedIn ? <Dashboard /> : <Login onSignedIn={() => setSignedIn(true)} />
}
