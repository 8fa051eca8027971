import { at } from './base'
import type { Page } from './types'

/** The token lives in the page alone; what signs a tab in is a cookie that scripts cannot read. This only says that it is worth asking. */
const SIGNED_IN = 'trading.signed-in'

/** A token is replaced this long before it ends. */
const EARLY_MS = 60_000

const AUTH = '/api/v1/auth'

export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Why a session ended, as the server calls it. */
const REASONS: Record<string, string> = {
  session_expired: 'Your session has come to its end. Sign in again.',
  // The browser drops the cookie when the session ends.
  no_session: 'Your session has come to its end. Sign in again.',
  signed_out: 'You signed out in another tab or window.',
  signed_out_everywhere: 'You were signed out everywhere.',
  password_changed: 'Your password was changed. Sign in with the new one.',
  user_disabled: 'Your account was disabled. Ask an administrator.',
  user_deleted: 'Your account was removed. Ask an administrator.',
  token_reused: 'Your session was used from two places at once and was ended for safety. Sign in again.',
  too_many_sessions: 'You signed in too many times elsewhere. Sign in again.',
}

let onSignedOut: (reason: string | null) => void = () => {}
let token: string | null = null
let endsAt = 0
/** What the hub, or a refused request, gave as the reason: another tab that signs out takes the cookie along, and then a refresh cannot say. */
let heard: string | null = null
/** The person signed out here, and need not be told why. */
let left = false
let renewal: ReturnType<typeof setTimeout> | undefined
let renewing: Promise<boolean> | null = null

export function whenSignedOut(handler: (reason: string | null) => void): void {
  onSignedOut = handler
}

const post = (path: string, body?: object, bearer?: string) =>
  fetch(at(AUTH + path), {
    method: 'POST',
    headers: { ...(body && { 'Content-Type': 'application/json' }), ...(bearer && { Authorization: `Bearer ${bearer}` }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  })

async function keep(response: Response): Promise<void> {
  const body = (await response.json()) as { access_token: string; expires_in: number }
  token = body.access_token
  left = false
  heard = null
  endsAt = Date.now() + body.expires_in * 1000
  localStorage.setItem(SIGNED_IN, '1')
  renewIn(Math.max(1000, body.expires_in * 1000 - Math.min(EARLY_MS, body.expires_in * 500)))
}

function renewIn(ms: number): void {
  clearTimeout(renewal)
  // The server may be away; the session goes on when it is back.
  renewal = setTimeout(() => void renew().catch(() => renewIn(5000)), ms)
}

function forget(reason: string | null): void {
  token = null
  clearTimeout(renewal)
  localStorage.removeItem(SIGNED_IN)
  onSignedOut(reason === null ? null : (REASONS[reason] ?? null))
}

/** A new token for this browser's session; false when there is none any more, and the person has been told why. */
export function renew(): Promise<boolean> {
  renewing ??= ask().finally(() => {
    renewing = null
  })
  return renewing
}

async function ask(): Promise<boolean> {
  // One tab at a time: each answer replaces the cookie of all of them.
  const refresh = () => post('/refresh')
  // Only a secure context has locks; without one the server tells two tabs from a thief by the time between them.
  const response = 'locks' in navigator ? await navigator.locks.request('trading.refresh', refresh) : await refresh()
  if (response.ok) {
    await keep(response)
    return true
  }
  if (response.status !== 401) throw new ApiError(response.status, `sign-in answered ${response.status}`)
  const body = (await response.json().catch(() => null)) as { message?: string } | null
  const reason = body?.message ?? null
  if (!left) forget(reason === 'no_session' ? (heard ?? reason) : reason)
  return false
}

/** The hub says that the session, or what it may do, is not what it was; whether it goes on, a new token tells. */
export function sessionEnded(reason: string): void {
  heard = reason
  renew().catch(() => {})
}

/** Whether this browser is signed in already, from another tab or before a reload. */
export async function resume(): Promise<boolean> {
  if (localStorage.getItem(SIGNED_IN) === null) return false
  for (let wait = 500; ; wait = Math.min(wait * 2, 5000)) {
    try {
      return await renew()
    } catch {
      // The server is away; it, and not this, decides whether the session is over.
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

export async function signOut(): Promise<void> {
  left = true
  try {
    await post('/logout', undefined, token ?? undefined)
  } catch {
    // The session ends by itself then; this tab forgets it.
  } finally {
    forget(null)
  }
}

export async function signIn(username: string, password: string): Promise<void> {
  let response: Response
  try {
    response = await post('/login', { username, password })
  } catch {
    throw new ApiError(0, 'The server does not answer. Try again in a moment.')
  }
  if (response.status === 401) throw new ApiError(401, 'Username and password do not match.')
  if (response.status === 429) throw new ApiError(429, `Too many attempts. Wait ${response.headers.get('Retry-After') ?? 'some'} s and try again.`)
  if (!response.ok) throw new ApiError(response.status, `Sign-in failed (${response.status}). Try again in a moment.`)
  await keep(response)
}

/** Asks with the token, and once more with a new one where that has ended. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const once = () => fetch(at(path), { ...init, headers: { ...init.headers, Authorization: `Bearer ${token ?? ''}` } })
  if (token === null || Date.now() >= endsAt) {
    if (!(await renew())) throw new ApiError(401, 'signed out')
  }
  const response = await once()
  if (response.status !== 401) return response
  const refusal = (await response.json().catch(() => null)) as { detail?: { got?: string }[] } | null
  const got = refusal?.detail?.[0]?.got
  if (got !== undefined && got !== 'token_expired' && got in REASONS) heard = got
  if (!(await renew())) throw new ApiError(401, 'signed out')
  return once()
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const deadline = AbortSignal.timeout(20_000)
  const response = await call(path, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline })
  if (!response.ok) throw new ApiError(response.status, `${path} answered ${response.status}`)
  return (await response.json()) as T
}

export async function list<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  return (await get<Page<T>>(path, signal)).items
}

/** More than there are; a list that has more than this is not one for a page. */
const MAX_PAGES = 20

/** Every page of a list, for what is added up: a part would be a wrong sum. */
export async function listAll<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = []
  let next: string | null = null
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: Page<T> = await get(`${path}?limit=1000${next === null ? '' : `&cursor=${encodeURIComponent(next)}`}`, signal)
    items.push(...answer.items)
    next = answer.next
    if (next === null) return items
  }
  throw new ApiError(0, `${path} has more than ${items.length} items`)
}

/** Changes something; throws the first rule that was broken. */
export async function send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Response> {
  const response = await call(path, {
    method,
    headers: body && { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => null)) as { message?: string; detail?: { path: string; rule: string }[] } | null
  const fault = problem?.detail?.[0]
  throw new ApiError(response.status, fault ? `${fault.path}: ${fault.rule}` : `${path} answered ${response.status}`)
}

/** The answer's token replaces the one that ended with the old password. */
export async function changePassword(current_password: string, new_password: string): Promise<void> {
  await keep(await send('POST', '/api/v1/users/me/password', { current_password, new_password }))
}

/** The hub's address with a ticket that opens it once. */
export async function hubAddress(): Promise<string> {
  const response = await call(`${AUTH}/hub-ticket`, { method: 'POST', signal: AbortSignal.timeout(15_000) })
  if (!response.ok) throw new ApiError(response.status, `the hub's ticket answered ${response.status}`)
  const { ticket } = (await response.json()) as { ticket: string }
  return at(`/hubs/live?ticket=${encodeURIComponent(ticket)}`)
}
