interface SymbolChoiceProps {
  symbols: readonly string[]
  shown: string | null
  interval: string | null
  onChoose: (symbol: string) => void
}

/** Which of the market's symbols the chart shows, and of which bars. */
export function SymbolChoice({ symbols, shown, interval, onChoose }: SymbolChoiceProps) {
  const choices = shown === null || symbols.includes(shown) ? symbols : [shown, ...symbols]
  return (
    <>
      {choices.length > 1 && (
        <select className="symbol-choice" aria-label="Symbol" data-testid="symbol-choice" value={shown ?? ''} onChange={(e) => onChoose(e.target.value)}>
          {choices.map((symbol) => (
            <option key={symbol}>{symbol}</option>
          ))}
        </select>
      )}
      {interval}
    </>
  )
}
