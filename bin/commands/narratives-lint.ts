// narratives lint: what is allowed in narrative files and likely not meant, beside all that is wrong. Runs nothing.

import type { Config } from '../../config/config.ts'
import { CODES } from '../../errors.ts'
import { parseModelName } from '../../models/model-name.ts'
import { createPrices } from '../../models/prices.ts'
import type { Diagnostic } from '../../narratives/diagnostic.ts'
import { LINT_RULES, lintNarrativeFile } from '../../narratives/linting/lint-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { narrativeChecks } from '../narrative-checks.ts'
import { filesToCheck, readText } from '../narrative-files.ts'
import { printDiagnostics, reportFormat } from '../print-diagnostics.ts'
import { table } from '../table.ts'

export const narrativesLint: Run = async (options, io) => {
  if (options.isSet('rules')) {
    const rules = LINT_RULES.map((rule) => ({ rule, ...CODES[rule] }))
    if (io.json) io.printJson(rules)
    else {
      const cells = rules.map(({ rule, summary }) => [rule, summary])
      for (const line of table(['RULE', 'FINDS'], cells, io)) io.print(line)
      io.remark('\nSwitch one off with lint.off in botticelli.toml, or in a file with: # lint: off RULE')
    }
    return EXIT.ok
  }
  const { config } = io.config()
  const files = filesToCheck(options.args, config, io.cwd)
  const lint = { ...narrativeChecks(config), models: modelsOf(config, io.now()), off: config.lintOff }
  const diagnostics: Diagnostic[] = []
  for (const file of files) diagnostics.push(...(await lintNarrativeFile(readText(file), file, lint)))
  await printDiagnostics(diagnostics, files.length, {}, reportFormat(options, io), io)
  const isInvalid = diagnostics.some(({ severity }) => severity === 'error' || options.isSet('strict'))
  return isInvalid ? EXIT.invalid : EXIT.ok
}

/** @param now epoch ms, for prices that change with time */
function modelsOf({ models }: Config, now: number) {
  const servers = Object.keys(models.servers)
  const prices = createPrices(models.prices)
  const fallback = parseModelName(models.default, servers)
  return {
    async facts(name: string | undefined) {
      const parsed = name === undefined ? fallback : tryParse(name)
      if (parsed === undefined) return { isPriced: false }
      const cost = await prices.costUsd(parsed.provider, parsed.model, { input: 1, output: 1 }, new Date(now))
      return { provider: parsed.provider, isPriced: cost !== undefined }
    },
  }

  function tryParse(name: string) {
    try {
      return parseModelName(name, servers, fallback)
    } catch {
      return undefined // nobody's model has no price either
    }
  }
}
