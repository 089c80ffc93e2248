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
  return narrative.acts.flatMap((act) => {
    const own = act.inputs.flatMap((input) => (input.kind === 'command' ? [{ act, input }] : []))
    const keys = act.inputs.flatMap((input) =>
      input.kind === 'narrative' && 'key' in input.target ? [input.target.key] : [],
    )
    if (act.composes !== undefined) keys.push(act.composes)
    return [...own, ...keys.flatMap((key) => commandsOf(file, file.narratives.get(key), seen))]
  })
}
