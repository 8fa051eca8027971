/** Counts per second for one minute; the lists are too short to count from. */
export class Rate {
  private readonly buckets = new Map<number, number>()

  add(count: number, now: number): void {
    const second = Math.floor(now / 1000)
    this.buckets.set(second, (this.buckets.get(second) ?? 0) + count)
    for (const key of this.buckets.keys()) if (key <= second - 60) this.buckets.delete(key)
  }

  perMinute(now: number): number {
    const second = Math.floor(now / 1000)
    let sum = 0
    for (const [key, count] of this.buckets) if (key > second - 60) sum += count
    return sum
  }
}
