// Errors: the base class of every error that an operator may meet, and the list of their codes.
//
// Owns the vocabulary of failure. Every other folder raises these; this file knows none of them.
//
//   E1. A code, once released, keeps its meaning and is never used for another.
//   E2. docs/errors.md is printed from CODES; a test holds the two together.

import { redact } from './redact.ts'

export interface CodeEntry {
  /** What happened, in one sentence. */
  readonly summary: string
  /** What the reader can do about it. */
  readonly fix: string
}

export const CODES = {
  // --- narrative files: reading and structure
  'file-read': {
    summary: 'A file does not exist or cannot be read.',
    fix: 'Check the path and the permissions of the file.',
  },
  'file-write': {
    summary: 'A file could not be written.',
    fix: 'Check the permissions of its folder and the space on the disk.',
  },
  'toml-syntax': { summary: 'The file is not valid TOML.', fix: 'Mend the line that the message points at.' },
  'bad-type': { summary: 'A key has a value of the wrong type.', fix: 'Give the key a value of the expected type.' },
  // --- narratives/
  'narrative-missing': {
    summary: 'The file holds no narrative.',
    fix: 'Add a [narrative] table with a name and a toc.',
  },
  'narrative-not-found': {
    summary: 'The file has no narrative of that name.',
    fix: 'Ask for one of the names that the message lists.',
  },
  'narrative-ambiguous': { summary: 'The file holds several narratives and none was named.', fix: 'Name one of them.' },
  'duplicate-narrative': {
    summary: 'Two narratives of a file have the same key.',
    fix: 'Give one of them another key.',
  },
  'empty-toc': {
    summary: 'A narrative has no table of contents, or an empty one.',
    fix: 'List the acts to run: toc = ["first", "second"].',
  },
  'missing-act': {
    summary: 'A table of contents names an act that does not exist.',
    fix: 'Correct the name, or write the act.',
  },
  'empty-prompt': { summary: 'An act has nothing to do.', fix: 'Give the act a prompt, an input or a narrative.' },
  'bad-act': {
    summary: 'An act, or one of its inputs, is neither a string, an array nor a table.',
    fix: 'Write the act as a prompt, a list of inputs or a table.',
  },
  'unknown-input-type': {
    summary: 'The type of an input is not known.',
    fix: 'Use text, image, audio, video, document, bot_command, table or narrative.',
  },
  'text-without-content': {
    summary: 'A text input has neither content nor a file.',
    fix: 'Give it content, or the type it was meant to have.',
  },
  'media-without-source': {
    summary: 'A media input or resource has no url, base64 or file.',
    fix: 'Add one of url, file and base64.',
  },
  'unknown-media-kind': {
    summary: 'Nothing says whether the media is an image, audio, video or a document.',
    fix: 'Add its mime type.',
  },
  'unknown-table-format': { summary: 'A table is asked for in an unknown format.', fix: 'Use json, markdown or csv.' },
  'unknown-bot': {
    summary: 'A reference names a bot command that the file does not define.',
    fix: 'Correct the name, or add the [bots] entry.',
  },
  'unknown-table': {
    summary: 'A reference names a table that the file does not define.',
    fix: 'Correct the name, or add the [tables] entry.',
  },
  'unknown-media': {
    summary: 'A reference names media that the file does not define.',
    fix: 'Correct the name, or add the [media] entry.',
  },
  'unknown-narrative': {
    summary: 'A reference names a narrative that the file does not define.',
    fix: 'Correct the name, or add the narrative or link.',
  },
  'bad-reference': {
    summary: 'A ref is not written as a reference.',
    fix: 'Write it as bots.x, tables.x, media.x, narratives.x or narrative:file.',
  },
  'bad-budget': {
    summary: 'A budget has an unknown key, or a share that is not above 0 and at most 1.',
    fix: 'Use rpm_multiplier, tpm_multiplier and rpd_multiplier with values above 0 and at most 1.',
  },
  'file-exists': {
    summary: 'A file that was to be made exists already.',
    fix: 'Choose another name; nothing was overwritten.',
  },
  'bad-condition': {
    summary: 'The condition under which an act runs cannot be read.',
    fix: 'Correct it: names, numbers, quoted texts, == != < <= > >=, and, or, not, count, empty, length, contains.',
  },
  'input-missing': {
    summary: 'A narrative needs a value that nobody gave it.',
    fix: 'Give it with --input NAME=VALUE, or give the variable a default.',
  },
  'input-unknown': {
    summary: 'A value is given for a variable that the narrative does not have.',
    fix: 'Use one of the names below [narrative.vars].',
  },
  'bad-metric': {
    summary: 'A metric that a narrative declares is none that Prometheus could take.',
    fix: 'Correct its name, kind, act, path, labels or buckets as the message says.',
  },
  'bad-group': {
    summary: 'Acts that are to run at the same time cannot.',
    fix: 'Take the one that needs the other out of the group, to a later place of the toc.',
  },
  'bad-schema': {
    summary: 'The schema of an act is not one that answers can be held to.',
    fix: 'Write it with the keywords that the message lists.',
  },
  'file-outside': {
    summary: 'A file that an input names lies outside of the project and of the folders in context.path.',
    fix: 'Put it into the project, or name its folder in context.path of botticelli.toml.',
  },
  'missing-file': {
    summary: 'A file that an input names was not found.',
    fix: 'Put the file beside the narrative, or correct its name.',
  },
  'narrative-cycle': {
    summary: 'A narrative runs itself, directly or by way of others, or narratives are nested too deep.',
    fix: 'Break the circle.',
  },
  'unknown-key': {
    summary: 'A key is not part of the format and is ignored.',
    fix: 'Remove the key, or correct its spelling.',
  },
  'ignored-key': {
    summary: 'A key has no effect where it stands.',
    fix: 'Remove the key, or move it where it counts.',
  },
  'duplicate-setting': { summary: 'A setting is given twice; one of the two is ignored.', fix: 'Keep one of them.' },
  'looks-like-reference': {
    summary: 'A text begins like a reference but is not one; it is sent to the model as it stands.',
    fix: 'Correct the reference, or reword the text.',
  },
  'unused-act': { summary: 'No table of contents mentions the act.', fix: 'Add it to a toc, or remove it.' },
  'odd-act-name': {
    summary: 'The name of an act cannot be used in a placeholder.',
    fix: 'Use letters, digits, _ and - only.',
  },
  'temperature-range': {
    summary: 'A temperature lies outside 0 to 2; the provider may refuse it.',
    fix: 'Use a number from 0 to 2.',
  },
  'old-dialect': {
    summary: 'The file is written in an older dialect of the format.',
    fix: 'Nothing has to be done; the current spelling is shorter.',
  },
  'unset-env': {
    summary: 'An environment variable that the narrative uses is not set.',
    fix: "Set it, or give the placeholder a fallback, as in NAME:-fallback. The server's own keys count as not set.",
  },
  'unknown-placeholder': {
    summary: 'A placeholder names nothing that the narrative has.',
    fix: 'Correct the name to that of an act or a table.',
  },

  // --- narratives/linting: advice
  'missing-description': { summary: 'A narrative has no description.', fix: 'Say in a sentence what it does.' },
  'awkward-name': {
    summary: 'The name of a narrative has spaces or other marks in it.',
    fix: 'Use letters, digits, _ and - in the name, and say the rest in its title.',
  },
  'unused-variable': { summary: 'A variable is declared and never used.', fix: 'Use it, or remove it.' },
  'unused-resource': {
    summary: 'Nothing refers to an entry of [bots], [tables] or [media].',
    fix: 'Refer to it, or remove it.',
  },
  'unread-output': {
    summary: 'Nothing reads the answer of an act: it is paid for and lost.',
    fix: 'Name the act in a later one, store its output with extract_output = true, or remove it.',
  },
  'unpriced-model': {
    summary: 'No price is known for a model.',
    fix: 'Set its price in [models.prices] of botticelli.toml.',
  },
  'hot-for-provider': {
    summary: 'A temperature is higher than the provider takes.',
    fix: 'Use a lower temperature.',
  },
  'hot-json': {
    summary: 'An act that must give JSON asks with a temperature above 1.',
    fix: 'Use a temperature near 0, or write first and format in an act of its own.',
  },
  'short-answer': {
    summary: 'An act that reads a table may only give a very short answer.',
    fix: 'Raise max_tokens to 1000 or more.',
  },
  'carousel-without-budget': {
    summary: 'Something is repeated without a budget.',
    fix: 'Add a budget, such as budget = { rpm_multiplier = 0.5 }.',
  },
  'table-without-limit': { summary: 'A table is read without a limit.', fix: 'Add a limit, or a sample.' },
  'rows-without-order': {
    summary: 'Some rows of a table are read in no order.',
    fix: 'Add order_by, or sample for random rows.',
  },
  'unrequired-command': {
    summary: 'A command needs the result of another one that may fail unnoticed.',
    fix: 'Add required = true to the first one.',
  },
  'fixed-id': {
    summary: 'An id of Discord is fixed in a narrative.',
    fix: 'Write it as an environment variable, such as ${DISCORD_CHANNEL_ID}.',
  },
  'secret-in-file': {
    summary: 'A narrative holds what looks like a key, a token or a password.',
    fix: 'Put it into the environment, write its name as ${NAME}, and replace the secret where it was issued.',
  },
  'unknown-rule': {
    summary: 'A comment switches off a rule that does not exist.',
    fix: 'See the names with "botticelli narratives lint --rules".',
  },

  // --- narratives/, when they run
  'placeholder-unresolved': {
    summary: 'A placeholder in the argument of a command has no value.',
    fix: 'Correct the name, or see why the act it names gave no such value.',
  },
  'prompt-assembly': {
    summary: 'The template of a narrative names a table whose columns are not known.',
    fix: 'Use one of the known templates, or create the table first.',
  },
  'no-json': {
    summary: 'An answer that should hold JSON holds none.',
    fix: 'Ask for JSON and nothing else, and allow enough tokens.',
  },
  'bad-json': {
    summary: 'The JSON of an answer cannot be read, nor repaired, or is not a list of objects.',
    fix: 'Ask for one JSON object or an array of objects.',
  },
  'schema-inference': {
    summary: 'No table can be made of the JSON of an answer.',
    fix: 'Ask for an object or an array of objects with at least one key.',
  },
  // --- tests of narratives
  'bad-test': {
    summary: 'A test of a narrative is not one that can be run.',
    fix: 'Correct what the message points at; the keys are in docs/narrative-tests.md.',
  },
  'bad-cassette': {
    summary: 'The recordings of a test cannot be read.',
    fix: 'Mend the file, or make it anew: botticelli narratives test FILE --record',
  },
  'recording-missing': {
    summary: 'A test asks for something of which there is no recording.',
    fix: 'Record it: botticelli narratives test FILE --update',
  },
  'recording-differs': {
    summary: 'A test asks for something else than when it was recorded.',
    fix: 'Keep the answer (--accept), ask anew (--update), or undo the change of the narrative.',
  },
  'expectation-failed': {
    summary: 'A test of a narrative expects something that did not happen.',
    fix: 'Correct the narrative, or what the test expects of it.',
  },
  // --- models/
  'provider-not-configured': {
    summary: 'A narrative or the configuration names a model of a provider that has no key or address.',
    fix: 'Set the key of the provider, or name a model of a provider that is configured.',
  },
  'provider-unknown': {
    summary: 'A model name begins with a provider that is not known.',
    fix: 'Write one of the known providers or servers before the colon.',
  },
  'model-unknown': {
    summary: 'The provider does not know the model, or the name does not say whose model it is.',
    fix: 'Check the name in the list of models of the provider, or write it as provider:model.',
  },
  'model-auth': {
    summary: 'The provider refused the key.',
    fix: 'Give the variable of the key ("botticelli help environment") a valid one that may use this model.',
  },
  'model-quota': {
    summary: 'The account of the provider has no quota or credit left.',
    fix: 'Add credit, wait until the quota is renewed, or name another model.',
  },
  'model-rate-limit': {
    summary: 'The provider takes no more requests for the moment.',
    fix: 'Nothing, the call is made again; if it happens often, give the narrative a budget or let the bot run less often.',
  },
  'model-timeout': {
    summary: 'The model did not answer in time.',
    fix: 'Nothing, the call is made again; if it happens often, raise models.timeout or ask for a shorter answer.',
  },
  'model-network': {
    summary: 'The provider could not be reached, or the connection broke.',
    fix: 'Check the network and the address of the provider: botticelli config show --origin',
  },
  'model-server': {
    summary: 'The provider failed or is overloaded.',
    fix: 'Nothing, the call is made again; see the status page of the provider if it lasts.',
  },
  'model-unavailable': {
    summary: 'The provider failed several times in a row, so that it is not asked for a while.',
    fix: 'Nothing, it is tried again by itself; "botticelli status" tells its last error. See models.breaker_failures.',
  },
  'model-bad-request': {
    summary: 'The provider does not accept the question.',
    fix: 'Change what the message names: a parameter, an attachment or the length of the prompt.',
  },
  'model-content-filter': {
    summary: 'The provider refused to answer, or cut the answer, because of its content rules.',
    fix: 'Reword the prompt.',
  },
  'model-malformed-answer': {
    summary: 'The answer of the provider could not be read, or it broke off.',
    fix: 'Nothing, the call is made again; if it happens always, check that the address is the one of this provider.',
  },
  'model-empty-answer': {
    summary: 'The model answered without a text.',
    fix: 'Raise max_tokens if the answer was cut before its first word, else reword the prompt.',
  },
  'model-aborted': {
    summary: 'The question was withdrawn before the answer came.',
    fix: 'Nothing: whoever asked stopped waiting.',
  },
  'script-invalid': {
    summary: 'A script of the scripted model has a mistake.',
    fix: 'Mend the reply that the message names.',
  },
  'budget-reached': {
    summary: 'A call of a model could cost more than its budget has left.',
    fix: 'Wait until the budget begins anew, or raise models.daily_budget_usd or models.monthly_budget_usd.',
  },
  'budget-exhausted': {
    summary: 'A model was asked as often as its limits, or the share of a narrative in them, allow in a day.',
    fix: 'Wait until midnight (UTC), raise [models.limits], or the rpd_multiplier of the narrative.',
  },
  'budget-price-unknown': {
    summary: 'There is a budget, and the price of a model is not known.',
    fix: 'Give its price under [models.prices], or ask another model.',
  },
  // --- media/
  'media-refused': {
    summary: 'Media has an address that is not fetched: on this machine, in a private network, or of no web server.',
    fix: 'Put the file into the project, or name its host in media.private_hosts of botticelli.toml.',
  },
  'media-unreadable': {
    summary: 'Media cannot be read or fetched.',
    fix: 'Check its name or address; the message says what happened.',
  },
  'media-too-large': {
    summary: 'Media is larger than media.max_size allows.',
    fix: 'Make it smaller, or raise media.max_size in botticelli.toml.',
  },
  'media-unknown': {
    summary: 'Media is of no format that is known.',
    fix: 'Use a common format, such as PNG, JPEG, MP3, WAV, MP4, PDF or plain text.',
  },
  'media-mismatch': {
    summary: 'Media is of another kind than the narrative says.',
    fix: 'Correct the type of the input, or name another file.',
  },
  'media-unsupported': {
    summary: 'The provider of a model does not take media of this kind.',
    fix: 'Ask a model of another provider, or convert the media.',
  },

  // --- store/
  'store-open': {
    summary: 'The database file cannot be opened or created.',
    fix: 'Check that the path is a file, that its folder can be written to, and who owns them.',
  },
  'store-not-a-database': {
    summary: 'The file is not an SQLite database.',
    fix: 'Name another file under database in botticelli.toml, or move this one away so that a new one is made.',
  },
  'store-corrupt': {
    summary: 'The database file is damaged.',
    fix: 'Stop the server, keep a copy of the file, and restore a backup or recover it with: sqlite3 FILE .recover',
  },
  'store-read-only': {
    summary: 'The database can be read but not written to.',
    fix: 'Give the user of the server write permission on the file and its folder.',
  },
  'store-busy': {
    summary: 'Another process holds the lock of the database for too long.',
    fix: 'End the other process, or wait until it has finished, and try again.',
  },
  'store-full': { summary: 'The disk is full.', fix: 'Free some space; nothing of the refused call was stored.' },
  'store-io': {
    summary: 'The disk failed while the database was read or written.',
    fix: 'Check the disk and the file system; a database does not belong on a network drive.',
  },
  'store-file-gone': {
    summary: 'The file of the database was deleted, moved or replaced while the server works with it.',
    fix: 'Put it back where it was, or stop the server, which loses what it wrote since, and restore a backup: botticelli restore FILE',
  },
  'store-diverged': {
    summary: 'Another process changed what this one was about to write, while the disk could not take it.',
    fix: 'Restart the server: it goes on from what is in the database.',
  },
  'store-older': {
    summary: 'The database was written by an older version, and a command that only reads does not change it.',
    fix: 'Bring it up to date: `botticelli db migrate`, or start the server.',
  },
  'store-newer': {
    summary: 'The database was written by a newer version.',
    fix: 'Start the newer version again, or restore a backup from before the upgrade.',
  },
  'store-migration-changed': {
    summary: 'A step that built the tables of the database is not the one that this version knows.',
    fix: 'Use the released version that made the database; a migration must never be edited, only followed by another.',
  },
  'store-closed': {
    summary: 'The database is used after it was closed.',
    fix: 'Report it as a bug: something still works after the end of the server.',
  },
  'store-failed': {
    summary: 'The database refused a call for another reason.',
    fix: 'The message has the reason; if it makes no sense, report it as a bug.',
  },
  'row-rejected': {
    summary: 'A person rejected the row between its reading and its publication.',
    fix: 'Nothing, it is not published; the next run reads the next row.',
  },
  'row-taken': {
    summary: 'Two runs have read the same row, and the other one publishes it, or has.',
    fix: 'Nothing, it is published once; the next run reads the next row.',
  },
  'unknown-record': {
    summary: 'Something refers to an execution, act, effect or message that the store does not have.',
    fix: 'Check the id; what is older than the retention is gone.',
  },
  'table-not-found': {
    summary: 'A table that is read or changed does not exist.',
    fix: 'Check the name, or first run the narrative that produces the table.',
  },
  'unknown-column': { summary: 'A table has no column of that name.', fix: 'Use one of the columns of the table.' },
  'bad-identifier': {
    summary: 'A name cannot be that of a table or column.',
    fix: 'Use letters of the English alphabet, digits and underscores; the first character is not a digit.',
  },
  'bad-filter': {
    summary: 'A filter (where) cannot be understood.',
    fix: "Write comparisons joined by AND, OR, NOT, like: review_status = 'pending' AND rating >= 4",
  },
  'bad-order-by': {
    summary: 'An order_by cannot be understood.',
    fix: 'Write columns, each with ASC or DESC after it if needed, like: rating DESC, generated_at',
  },
  'reserved-table': {
    summary: 'A narrative writes to a table, or a column, that belongs to the server.',
    fix: 'Choose another name for the target.',
  },
  'bad-rows': {
    summary: 'None of the rows that an act produced could be stored.',
    fix: 'Look at the reasons, then reword the prompt so that the model answers with objects of the expected keys.',
  },
  // --- platforms/
  'unknown-platform': {
    summary: 'A command names a platform that does not exist.',
    fix: 'Write `discord` or `database`.',
  },
  'unknown-command': {
    summary: 'The platform does not know the command.',
    fix: 'Choose a command of the table in docs/platforms.md.',
  },
  'missing-argument': {
    summary: 'A command lacks an argument that it requires.',
    fix: 'Add the argument to the command.',
  },
  'invalid-argument': {
    summary: 'An argument of a command has a value that the command cannot take.',
    fix: 'Give the argument a value of the kind that the message names.',
  },
  'command-not-allowed': {
    summary: 'The security policy does not allow the command.',
    fix: 'Name the command in `allowed_commands` of `[security.policy]` in the narrative, if it may be used.',
  },
  'confirmation-required': {
    summary: 'The security policy wants a person to confirm the command.',
    fix: 'Take the command out of `require_confirmation` in `[security.policy]`, or carry it out by hand.',
  },
  'constraint-violated': {
    summary: 'A command goes beyond the limits in `[security.constraints]`.',
    fix: 'Change the argument, or the constraint.',
  },
  'table-not-updatable': {
    summary: 'The table is not among those that `update_table` may change.',
    fix: 'Add the table to pipeline.updatable_tables in botticelli.toml.',
  },
  'discord-no-token': {
    summary: 'Posting is live, but there is no Discord token.',
    fix: 'Set DISCORD_TOKEN, or leave posting in dry run.',
  },
  'discord-unauthorized': {
    summary: 'Discord refused the token.',
    fix: 'Reset the token in the developer portal and set DISCORD_TOKEN to the new one.',
  },
  'discord-forbidden': {
    summary: 'The bot lacks a permission on Discord.',
    fix: 'Give the role of the bot the permission that the message names, in the server or in the channel.',
  },
  'discord-not-found': {
    summary: 'Discord does not know the server, channel, message, role or member.',
    fix: 'Check the id, and that the bot is a member of the server.',
  },
  'discord-rejected': {
    summary: 'Discord did not accept the request.',
    fix: 'Change the arguments as the message says.',
  },
  'discord-rate-limited': {
    summary: 'Discord takes no more requests for longer than a command may wait.',
    fix: 'Nothing, the command is carried out later; if it happens often, post less often.',
  },
  'discord-unavailable': {
    summary: 'Discord could not be reached, or failed.',
    fix: 'Nothing, the command is carried out again; see discordstatus.com if it lasts.',
  },
  'discord-incomplete': {
    summary: 'Discord has the beginning of a text that takes several messages, and refused the next of them.',
    fix: 'Mend what the refusal says and send the rest: botticelli executions resume ID --send-again. Or leave it as it is: --done.',
  },
  'discord-uncertain': {
    summary: 'Discord did not say whether it carried the command out.',
    fix: 'Nothing, the next attempt looks for the effect first; where it cannot, the command is not repeated: look yourself.',
  },

  // --- actors: what an execution did outside, and what nobody knows about it
  'execution-at-work': {
    summary: 'A living process is at work on the execution; a second one would pay for its answers again.',
    fix: 'Wait until it has ended.',
  },
  'execution-ended': {
    summary: 'The execution has ended, and cannot be changed any more.',
    fix: 'Run its narrative again, or: botticelli executions replay ID',
  },
  'effect-in-doubt': {
    summary: 'A command may or may not have been carried out, and the platform cannot say.',
    fix: 'Look for its effect yourself, then: botticelli executions resume ID --done, or --send-again.',
  },

  // --- config, bin and console: the configuration, the command line, the server's socket
  'bad-config': {
    summary: 'A setting has a value that it cannot have.',
    fix: 'Give it a value as the message says; "botticelli help config" lists all settings.',
  },
  usage: {
    summary: 'The command line names a command, flag or argument that does not exist or does not fit.',
    fix: 'Look at "botticelli help" or at the --help of the command.',
  },
  'not-found': {
    summary: 'What the command was asked about does not exist.',
    fix: 'List what there is with the "list" command of the same kind.',
  },
  'server-running': {
    summary: 'A server already runs for this project, or on its database; a second one is refused.',
    fix: 'Use the running one, or stop it first.',
  },
  'server-not-running': {
    summary: 'The command asks the running server, and none runs for this project.',
    fix: 'Start it: botticelli serve',
  },
  'no-statechart': {
    summary: 'The actor is no state machine, so there is no chart of it.',
    fix: 'Choose an actor with a state; "botticelli actors tree" shows them.',
  },
  'inspector-relay': {
    summary: 'The relay that frames are pushed to cannot be reached, or ended.',
    fix: 'Start it again, and check its address: ws://HOST:PORT.',
  },
  'inspector-port-taken': {
    summary: 'The inspector cannot listen on its port.',
    fix: 'Stop the other process, or choose another port: inspector.port, or --port 0 for any free one.',
  },
  'server-unreachable': {
    summary: 'The server of this project does not answer on its socket.',
    fix: 'Look at its log; when it hangs, stop it and start it again.',
  },
  'confirmation-missing': {
    summary: 'The command asks before it acts, and there is nobody to ask.',
    fix: 'Add --yes if you mean it.',
  },
  'timed-out': {
    summary: 'The time given with --timeout was over before the command had finished.',
    fix: 'Give it more time.',
  },
  'state-not-writable': {
    summary: 'The folder in which a project keeps its state cannot be written to.',
    fix: 'Make this folder writable, or set state_dir to one that is.',
  },
  'demo-folder': {
    summary: 'The demonstration cannot write its state.',
    fix: 'Start it in a folder that you may write to.',
  },
  'demo-failed': {
    summary: 'The demonstration did not end as promised.',
    fix: 'Look at the line that names what was expected; it is a fault of this program.',
  },
  'node-too-old': {
    summary: 'Node 24 is needed, and none was found.',
    fix: 'Run "npm ci" in the checkout, or "npm install node@24" where the package is installed, which brings it; or install Node 24.',
  },
  'install-failed': {
    summary: 'npm could not install what the project needs.',
    fix: 'Look at what npm said above the message.',
  },

  // --- telemetry/
  'bad-otlp-endpoint': {
    summary: 'The address that traces are sent to is not an http or https URL.',
    fix: 'Give the base URL of an OTLP/HTTP receiver, such as http://localhost:4318, or none to send no traces.',
  },
  'notification-failed': {
    summary: 'A webhook did not take a notification.',
    fix: 'Check the URL in the variable that holds it, and try "botticelli notify test".',
  },
  'no-notify-channel': {
    summary: 'Nothing says where notifications go.',
    fix: 'Set BOTTICELLI_NOTIFY_WEBHOOK_URL, SLACK_WEBHOOK_URL or DISCORD_WEBHOOK_URL.',
  },
  'metrics-port-taken': {
    summary: 'The metrics server cannot listen on its address.',
    fix: 'Stop the other process, or choose another port: telemetry.metrics_port, 0 for any free one.',
  },
  // --- supervisor
  'child-spec': {
    summary: 'A child specification or a supervisor flag is not valid.',
    fix: 'Mend the field that the message names.',
  },
  'child-start': {
    summary: 'A child could not be started.',
    fix: 'Look at the cause: botticelli actors events. The supervisor has stopped what it had started.',
  },
  'actor-stopped': {
    summary: 'An actor ended before its work was done.',
    fix: 'See why: botticelli actors show PATH; send the work again once it runs.',
  },
  'actor-deadline': {
    summary: 'An actor took longer over a message than its deadline.',
    fix: 'See what holds it up: botticelli actors show PATH; or raise its deadline.',
  },
  'actor-hung': {
    summary: 'An actor neither finished nor failed and was restarted.',
    fix: 'See what it waits for: botticelli actors show PATH. For slow work raise bots.*.hung_after or supervision.act_hung_after.',
  },
  'death-pact': {
    summary: 'An actor that was watched ended, and its watcher does not handle the notice.',
    fix: 'Handle `actor.terminated`, or do not watch.',
  },
  'ask-timeout': {
    summary: 'An ask was not answered in time.',
    fix: 'See whether it is busy or down: botticelli actors show PATH; raise the timeout if it is slow by nature.',
  },
  'ask-refused': {
    summary: 'An ask cannot be answered: there is no such actor, it has ended, or its mailbox is full.',
    fix: 'See whether it runs, and what waits for it: botticelli actors show PATH',
  },
  'breaker-open': {
    summary: 'A circuit breaker is open after repeated failures.',
    fix: 'Wait until it tries again, or mend what it guards.',
  },
  'breaker-timeout': {
    summary: 'A call through a circuit breaker took too long.',
    fix: 'Look at what is called; raise the call timeout if it is slow by nature.',
  },
  'supervisor-gave-up': {
    summary: 'A supervisor met more crashes than its intensity allows.',
    fix: 'Look at the last errors in the log or with botticelli events, mend their cause, and start the server again.',
  },
  'thread-died': {
    summary: 'The worker thread of an isolated actor ended.',
    fix: 'Look at the cause: out of memory (bots.*.thread_memory_mb), a busy loop, or an error of its own.',
  },

  // --- runs
  'bot-command-failed': {
    summary: 'A command that an act requires failed.',
    fix: 'Mend what the message names; the run goes on behind what was done when it is resumed.',
  },
  'run-cancelled': {
    summary: 'A run was ended from outside before it was done.',
    fix: 'Go on with it: `botticelli run --resume ID`.',
  },
  'run-takes-bot-down': {
    summary: 'A run hung or crashed its bot again and again and was given up.',
    fix: 'See what the bot failed with (`botticelli actors show /bots/NAME`), then `botticelli executions resume ID`.',
  },
  'execution-not-found': {
    summary: 'There is no such execution.',
    fix: 'List the executions with `botticelli executions list`.',
  },
  'table-query-failed': {
    summary: 'A table that an act requires does not exist, or has no such rows.',
    fix: 'Run the narrative that fills the table first, or take `required` away.',
  },
} as const satisfies Record<string, CodeEntry>

export type ErrorCode = keyof typeof CODES

/** A position in a file that a person wrote. Line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ErrorDetails {
  readonly cause?: unknown
  /** What to do about this very case; without it the fix of the code is shown. */
  readonly fix?: string
  readonly place?: Place
  /** True if the same call may succeed when made again. Default false. */
  readonly retryable?: boolean
  /** Not before this many milliseconds, where the other side said so. */
  readonly retryAfterMs?: number
}

/**
 * What went wrong, under a stable code, with a way out. The message is one or two full sentences; a secret that others
 * have put into it, such as a key that a server repeats, is taken out.
 */
export class BotticelliError extends Error {
  readonly code: ErrorCode
  readonly fix: string
  readonly place: Place | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(redact(message), details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.fix = details.fix === undefined ? CODES[code].fix : redact(details.fix)
    this.place = details.place
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
  }
}

/** An error as plain data, for a journal, a log or a message: nothing of it is lost in JSON but secrets. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly retryable?: boolean
  readonly fix?: string
  readonly place?: Place
  readonly cause?: SerializedError
}

export function serializeError(thrown: unknown): SerializedError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: redact(String(thrown)) }
  const { code, retryable } = thrown as { code?: unknown; retryable?: unknown }
  return {
    name: thrown.name,
    message: redact(thrown.message),
    ...(typeof code === 'string' && { code }),
    ...(thrown.stack !== undefined && { stack: redact(thrown.stack) }),
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(thrown instanceof BotticelliError && { fix: thrown.fix }),
    ...(thrown instanceof BotticelliError && thrown.place !== undefined && { place: thrown.place }),
    ...(thrown.cause !== undefined && { cause: serializeError(thrown.cause) }),
  }
}
