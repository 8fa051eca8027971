import type { ReactNode } from 'react'
import { Empty, Panel } from './Panel'

export interface Column<T> {
  name: string
  cell: (row: T) => ReactNode
  /** Numbers stand at the right. */
  right?: boolean
  className?: string | ((row: T) => string)
  /** What is shown when the mouse rests on it, for what may be cut off. */
  title?: (row: T) => string | undefined
}

interface RowProps {
  className?: string
  status?: string
  onClick?: () => void
}

interface DataTableProps<T> {
  title: string
  testId: string
  /** Of a row. */
  rowTestId: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  rowKey: (row: T) => string
  row?: (row: T) => RowProps
  loading: boolean
  failed: boolean
  empty: string
}

/** A panel with a table, described by its columns. */
export function DataTable<T>({ title, testId, rowTestId, columns, rows, rowKey, row, loading, failed, empty }: DataTableProps<T>) {
  return (
    <Panel title={title} testId={testId} aside={rows.length || ''} className="table">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} className={column.right ? 'r' : undefined}>{column.name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((item) => {
            const props = row?.(item) ?? {}
            return (
              <tr key={rowKey(item)} data-testid={rowTestId} data-status={props.status} className={props.className} onClick={props.onClick}>
                {columns.map((column) => (
                  <td key={column.name} className={classes(column, item)} title={column.title?.(item)}>{column.cell(item)}</td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
      {rows.length === 0 && <Empty loading={loading} failed={failed}>{empty}</Empty>}
    </Panel>
  )
}

function classes<T>(column: Column<T>, item: T): string {
  const own = typeof column.className === 'function' ? column.className(item) : column.className
  return [own, column.right ? 'r' : ''].filter(Boolean).join(' ')
}
