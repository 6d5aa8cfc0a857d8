// What FETCH asks for (RFC 3501 §6.4.5 and its extensions).

/** `BODY[…]`: which part, and what of it. */
export interface Section {
  /** `1.2` is [1, 2]; empty for the message itself. */
  readonly path: readonly number[]
  /** `all`: nothing but the path was said. `mime` has a path always. */
  readonly what: 'all' | 'header' | 'header-fields' | 'header-fields-not' | 'text' | 'mime'
  /** Of `header-fields` and `header-fields-not`, as written. */
  readonly fields: readonly string[]
}

/** `<first.count>`: octets. */
export interface Partial {
  readonly first: number
  readonly count: number
}

export type FetchItem =
  | { readonly type: 'uid' }
  | { readonly type: 'flags' }
  | { readonly type: 'internal-date' }
  | { readonly type: 'size' }
  | { readonly type: 'envelope' }
  /** BODY without brackets. */
  | { readonly type: 'body' }
  | { readonly type: 'body-structure' }
  /** `BODY[…]`, and RFC822, RFC822.HEADER, RFC822.TEXT. `label` is how the answer names it, `<first>` included. */
  | {
      readonly type: 'section'
      readonly section: Section
      /** Does not set `\Seen`. */
      readonly peek: boolean
      readonly partial?: Partial
      readonly label: string
    }
  /** `BINARY[…]` (RFC 3516): decoded. */
  | {
      readonly type: 'binary'
      readonly path: readonly number[]
      readonly peek: boolean
      readonly partial?: Partial
      readonly label: string
    }
  | { readonly type: 'binary-size'; readonly path: readonly number[]; readonly label: string }
  | { readonly type: 'modseq' }
  | { readonly type: 'email-id' }
  | { readonly type: 'thread-id' }
  | { readonly type: 'save-date' }
  /** `lazy`: only if it costs nothing (RFC 8970 §3.1). */
  | { readonly type: 'preview'; readonly lazy: boolean }
