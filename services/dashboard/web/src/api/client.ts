import { at } from './base'
import type { Page } from './types'

const TOKEN = 'trading.token'

export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

let onSignedOut: () => void = () => {}

export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler
}

export function token(): string | null {
  return sessionStorage.getItem(TOKEN)
}

export function signOut(): void {
  sessionStorage.removeItem(TOKEN)
  onSignedOut()
}

export async function signIn(username: string, password: string): Promise<void> {
  let response: Response
  try {
    response = await fetch(at('/api/v1/auth/login'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password }),
      signal: AbortSignal.timeout(15_000),
    })
  } catch {
    throw new ApiError(0, 'The server does not answer. Try again in a moment.')
  }
  if (response.status === 401) throw new ApiError(401, 'Username and password do not match.')
  if (response.status === 429) throw new ApiError(429, `Too many attempts. Wait ${response.headers.get('Retry-After') ?? 'some'} s and try again.`)
  if (!response.ok) throw new ApiError(response.status, `Sign-in failed (${response.status}). Try again in a moment.`)
  const body = (await response.json()) as { access_token: string }
  sessionStorage.setItem(TOKEN, body.access_token)
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const deadline = AbortSignal.timeout(20_000)
  const response = await fetch(at(path), {
    headers: { Authorization: `Bearer ${token() ?? ''}` },
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  })
  if (response.status === 401) signOut()
  if (!response.ok) throw new ApiError(response.status, `${path} answered ${response.status}`)
  return (await response.json()) as T
}

export async function list<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  return (await get<Page<T>>(path, signal)).items
}
