import { useEffect, useMemo, useState } from 'react'
import { linkChain, type Chain, type ChainStart } from '../lib/chain'

export interface Selection {
  /** CSS class of an item: linked, faded or none. */
  mark: (list: keyof Chain, id: string) => string
  toggle: (start: ChainStart) => void
}

/** The item that was clicked and everything that hangs together with it. Escape lets go. */
export function useSelection(lists: Parameters<typeof linkChain>[1]): Selection {
  const [start, setStart] = useState<ChainStart | null>(null)
  const { events, discussions, decisions, orders } = lists
  const chain = useMemo(() => linkChain(start, { events, discussions, decisions, orders }), [start, events, discussions, decisions, orders])

  useEffect(() => {
    const release = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setStart(null)
    }
    window.addEventListener('keydown', release)
    return () => window.removeEventListener('keydown', release)
  }, [])

  // The rest of the chain may be far down in its own list.
  useEffect(() => {
    if (!start) return
    for (const body of document.querySelectorAll<HTMLElement>('.panel-body')) {
      const item = body.querySelector<HTMLElement>('button.linked, tr.linked')
      if (!item) continue
      const offset = item.getBoundingClientRect().top - body.getBoundingClientRect().top
      if (offset < 0 || offset + item.offsetHeight > body.clientHeight) body.scrollTop += offset - 32
    }
  }, [start])

  return {
    mark: (list, id) => (start === null ? '' : chain[list].has(id) ? 'linked' : 'faded'),
    toggle: (next) => setStart((current) => (current?.id === next.id ? null : next)),
  }
}
