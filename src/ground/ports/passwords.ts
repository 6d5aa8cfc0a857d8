// Passwords: a slow, salted hash (argon2id in production; something quick in tests).

export interface Passwords {
  /** A text to store: algorithm, parameters, salt and hash (PHC form). */
  hash(password: string): Promise<string>
  /** False also for a stored text it cannot read. */
  verify(stored: string, password: string): Promise<boolean>
}
