// Counters and gauges by name.

export interface Metrics {
  count(name: string, by?: number): void
  gauge(name: string, value: number): void
}
