// Operator: who runs this process, as what a person does is kept under a name.

import { userInfo } from 'node:os'

/** The name that the system has for the user; `uid-54321` where it knows the number alone, as in many containers. */
export function operatorName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.()}`
  }
}
