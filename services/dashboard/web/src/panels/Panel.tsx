import type { ReactNode } from 'react'

interface PanelProps {
  title: string
  testId: string
  aside?: ReactNode
  className?: string
  children: ReactNode
}

/** A titled box whose content scrolls by itself. */
export function Panel({ title, testId, aside, className, children }: PanelProps) {
  return (
    <section className={`panel ${className ?? ''}`} data-testid={testId} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside !== undefined && <div className="panel-aside">{aside}</div>}
      </header>
      <div className="panel-body">{children}</div>
    </section>
  )
}

export function Empty({ loading, failed, children }: { loading: boolean; failed: boolean; children: ReactNode }) {
  return <p className="empty">{failed ? 'Not available right now, trying again.' : loading ? 'Loading…' : children}</p>
}
