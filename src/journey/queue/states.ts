// The states of a recipient. What makes each change, and what a crash leaves behind: docs/states/queue.md.

/** `active`: a worker is at it now. `held`: an operator put it aside. */
export type OpenState = 'scheduled' | 'active' | 'held'

/** A recipient ends in exactly one of these, and never leaves it. */
export type FinalState = 'delivered' | 'bounced' | 'expired' | 'dropped'

export type RecipientState = OpenState | FinalState

export const OPEN_STATES: readonly OpenState[] = ['scheduled', 'active', 'held']

export function isFinal(state: RecipientState): state is FinalState {
  return state !== 'scheduled' && state !== 'active' && state !== 'held'
}
