// One finding of tidy.

export interface Problem {
  readonly path: string
  readonly line: number
  readonly what: string
  readonly instead: string
}
