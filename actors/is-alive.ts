// Is alive: whether there is a process with a number. It may be another one than it was when the number was written down.

export function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
