import { describe, expect, it } from 'vitest'
import { average, decimals, fixed, money, orderType, percent, price, quantity, signed, tone } from './format'

describe('price', () => {
  it.each([
    [0.00000394, 0.00000001, '0.00000394'],
    [0.00000394, undefined, '0.00000394'],
    [0.0000039, 0.00000001, '0.00000390'],
    [1e-8, 1e-8, '0.00000001'],
    [3.94e-12, undefined, '0.00000000000394'],
    [96863.6, 0.1, '96,863.6'],
    [96863, 0.1, '96,863.0'],
    [96863.6, undefined, '96,863.6'],
    [96863.65, 0.1, '96,863.65'],
    [2500, 0.01, '2,500.00'],
    [2500, undefined, '2,500'],
    [150.25, 0.25, '150.25'],
    [12345, 5, '12,345'],
    [5e-324, undefined, '0.00000000000000000000'],
    [0.1 + 0.2, undefined, '0.30000000000000004'],
    [123456789012.345, undefined, '123,456,789,012.345'],
    [0, 0.01, '0.00'],
    [null, 0.01, '–'],
    [undefined, undefined, '–'],
    [NaN, 0.01, '–'],
  ])('%s on a tick of %s is %s', (value, tick, text) => {
    expect(price(value, tick)).toBe(text)
  })
})

describe('average', () => {
  it.each([
    [96863.63333333333, 0.1, '96,863.6'],
    [96863.66666666667, 0.1, '96,863.7'],
    [0.000003943333333333, 1e-8, '0.00000394'],
    [0.00000394, 0.01, '0.00000394'],
    [96863.63333333333, undefined, '96,863.63333333333'],
    [100, 0.01, '100.00'],
    [0, 0.01, '0.00'],
    [null, 0.01, '–'],
  ])('%s on a tick of %s is %s', (value, tick, text) => {
    expect(average(value, tick)).toBe(text)
  })
})

describe('quantity', () => {
  it.each([
    [0.015, 0.001, '0.015'],
    [1, 0.001, '1.000'],
    [-2, 1, '-2'],
    [12345678, 1, '12,345,678'],
    [1e-8, undefined, '0.00000001'],
    [0.123456789, undefined, '0.123456789'],
    [1.5, 1, '1.5'],
    [10, undefined, '10'],
    [null, 1, '–'],
  ])('%s on a step of %s is %s', (value, step, text) => {
    expect(quantity(value, step)).toBe(text)
  })
})

describe('money', () => {
  it.each([
    [1234567.891, '1,234,567.89', '+1,234,567.89', 'up'],
    [8985562.123456789, '8,985,562.12', '+8,985,562.12', 'up'],
    [12.3, '12.30', '+12.30', 'up'],
    [-5, '-5.00', '-5.00', 'down'],
    [-1234.567, '-1,234.57', '-1,234.57', 'down'],
    [0.0021, '0.0021', '+0.0021', 'up'],
    [-0.001, '-0.0010', '-0.0010', 'down'],
    [0.00000394, '0.0000039', '+0.0000039', 'up'],
    [0, '0.00', '0.00', 'flat'],
    [-1e-12, '0.00', '0.00', 'flat'],
    [null, '–', '–', 'flat'],
  ])('%s is %s', (value, plain, withSign, colour) => {
    expect([money(value), signed(value), tone(value)]).toEqual([plain, withSign, colour])
  })
})

it('has as many digits on an axis as it is told, and no rest of an addition', () => {
  expect(fixed(3.9400000000000004e-6, 8)).toBe('0.00000394')
  expect(fixed(96863.63, 1)).toBe('96,863.6')
  expect(fixed(-1e-9, 8)).toBe('0.00000000')
})

it.each([[1, 0], [0.1, 1], [0.25, 2], [1e-8, 8], [3.94e-6, 8], [1e21, 0], [-0.0001, 4], [1.5e-7, 8]])('%s has its decimals', (value, places) => {
  expect(decimals(value)).toBe(places)
})

it('loses no digit of a price or quantity on the way through JSON: 15 fit into a number', () => {
  const texts = ['0.00000394', '0.00000001', '96863.6', '123456789.012345', '999999999999.999', '0.000000000000123', '30000000']
  for (const text of texts) expect(price(JSON.parse(text) as number).replaceAll(',', '')).toBe(text)
})

it('reads a confidence as share or per cent', () => {
  expect(percent({ confidence: 0.7 })).toBeCloseTo(70)
  expect(percent({ confidence: 70 })).toBe(70)
  expect(percent({ confidence_pct: 0.7 })).toBe(0.7)
  expect(percent({ confidence_pct: 170 })).toBe(100)
  expect(percent({})).toBeNull()
})

describe('orderType', () => {
  it('says where a limit order rests', () => {
    expect(orderType('limit', 59500.5, 0.1)).toBe('limit 59,500.5')
    expect(orderType('limit', null)).toBe('limit')
    expect([orderType('market', null), orderType(null, null), orderType(undefined, undefined)]).toEqual(['market', '', ''])
  })
})
