// Globals: what every command is told, whatever it does.

export interface Globals {
  readonly project?: string
  readonly config?: string
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: 'auto' | 'always' | 'never'
  /** False: nobody may be asked. */
  readonly input: boolean
  readonly yes: boolean
  readonly timeoutMs?: number
}
