import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { signOut } from '../api/client'
import type { Market, Price } from '../api/types'
import { price } from '../lib/format'
import { moment, zoneLabel } from '../lib/time'
import type { Connection } from '../state/live'
import { useSteps } from '../state/queries'
import { Account } from './Account'
import { Logo } from './Logo'

const WORDS: Record<Connection, string> = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' }

interface HeaderProps {
  connection: Connection
  market: Market | undefined
  ticker: Price | undefined
}

export function Header({ connection, market, ticker }: HeaderProps) {
  const steps = useSteps()
  return (
    <header className="top">
      <Logo />
      {ticker && (
        <div className="ticker num">
          <b>{ticker.symbol}</b> <span data-testid="ticker-price">{price(ticker.price, steps(ticker.symbol).tick)}</span>
        </div>
      )}
      <div className="top-right">
        <span className="chip" data-testid="market-source" title="Where prices come from">
          Market <b>{market?.source ?? '–'}</b>
        </span>
        <span className={`chip dot ${connection}`} data-testid="connection" data-state={connection} role="status">
          {WORDS[connection]}
        </span>
        <Clock />
        <Account />
        <Button size="compact-xs" variant="default" onClick={() => void signOut()}>
          Sign out
        </Button>
      </div>
    </header>
  )
}

function Clock() {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <span className="clock">
      <time className="num" data-testid="clock">{moment(now.toISOString(), now)}</time>{' '}
      <small data-testid="time-zone">Times in {zoneLabel(now)}</small>
    </span>
  )
}
