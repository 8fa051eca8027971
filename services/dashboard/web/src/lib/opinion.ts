import type { Opinion } from '../api/types'

export type Stance = 'long' | 'short' | 'close' | 'neutral'

/** Groups word their members' stances freely; this sorts them into four. */
export function stance(opinion: Opinion | null | undefined): Stance {
  const word = (opinion?.stance ?? opinion?.action ?? opinion?.decision ?? opinion?.opinion ?? '').toLowerCase()
  if (/\b(no_trade|hold|wait|neutral|none)\b/.test(word)) return 'neutral'
  if (/\b(long|buy|bull(ish)?|up)\b/.test(word)) return 'long'
  if (/\b(short|sell|bear(ish)?|down)\b/.test(word)) return 'short'
  if (/\b(close|exit|flat)\b/.test(word)) return 'close'
  return 'neutral'
}

export function speaker(opinion: Opinion): string {
  return opinion.name ?? opinion.member_name ?? opinion.member ?? opinion.role ?? 'member'
}

export function words(opinion: Opinion | null | undefined): string {
  const text = opinion?.reasoning ?? opinion?.message ?? opinion?.summary ?? opinion?.opinion
  return typeof text === 'string' ? text : ''
}

/** A payload is text, or JSON when a bot sends it so. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)
}
