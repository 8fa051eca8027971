import { createTheme } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'blue',
  colors: { dark: ['#dbe3ee', '#b6c2d3', '#8794a8', '#5b6b82', '#2a3750', '#1f2a3c', '#141d2b', '#0f1622', '#0c121c', '#0a0f18'] },
  defaultRadius: 'sm',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "JetBrains Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
})

/** The charts draw on a canvas and cannot read the style sheet. */
export const colors = {
  panel: '#0f1622',
  grid: '#18212f',
  text: '#8794a8',
  up: '#2ebd85',
  down: '#f6465d',
  accent: '#4c8dff',
}
