// Check policy: refuses a run before its first act when a command that it would send is known to be forbidden.
//
//   C1. Judged is what is written: a placeholder may turn out allowed, and is judged again when the command is sent.
//   C2. What a person has to confirm is not refused here: nobody can have confirmed it yet.

import { BotticelliError } from '../errors.ts'
import type { Act, CommandInput, Narrative, NarrativeFile } from '../narratives/narrative.ts'
import type { ExecutionPlan } from './execution-plan.ts'
import type { Services } from './services.ts'

/** @throws BotticelliError `command-not-allowed`, `constraint-violated`, at the place of the command */
export function checkPolicy({ file, narrative }: ExecutionPlan, { refusalOf }: Pick<Services, 'refusalOf'>): void {
  for (const { act, input } of commandsOf(file, narrative, new Set())) {
    const refusal = refusalOf(input, file.security)
    if (refusal === undefined || refusal.code === 'confirmation-required') continue
    throw new BotticelliError(refusal.code, `Act "${act.name}" may not do what it says: ${refusal.message}`, {
      cause: refusal,
      place: input.place,
      fix: refusal.fix,
    })
  }
}

/** The commands of the narrative and of those of its file that it runs. */
function commandsOf(
  file: NarrativeFile,
  narrative: Narrative | undefined,
  seen: Set<Narrative>,
): readonly { readonly act: Act; readonly input: CommandInput }[] {
  if (narrative === undefined || seen.has(narrative)) return []
  seen.add(narrative)
  const commands = []
  for (const act of narrative.acts) {
    const keys = act.composes === undefined ? [] : [act.composes]
    for (const input of act.inputs) {
      if (input.kind === 'command') commands.push({ act, input })
      if (input.kind === 'narrative' && 'key' in input.target) keys.push(input.target.key)
    }
    for (const key of keys) commands.push(...commandsOf(file, file.narratives.get(key), seen))
  }
  return commands
}
