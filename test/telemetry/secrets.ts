// Secrets: a corpus of texts with one secret each, made up and assembled so that no scanner takes them for real ones.
// Whatever leaves the process is tested against it.

const letters = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY'
const many = (length: number) => letters.repeat(Math.ceil(length / letters.length)).slice(0, length)

/** Name, the secret itself, and a text that holds it. */
export const SECRETS: readonly (readonly [name: string, secret: string, text: string])[] = [
  ['a bearer token', many(24), `Authorization: Bearer ${many(24)}`],
  ['a bearer token in a sentence', many(20), `The server refused Bearer ${many(20)} with 401.`],
  ['basic credentials', 'dXNlcjpwYXNzd29yZDEyMw==', 'authorization: Basic dXNlcjpwYXNzd29yZDEyMw=='],
  ['an authorization header in JSON', `Bot ${many(30)}`, `{"Authorization":"Bot ${many(30)}"}`],
  ['a cookie header', 'sid=abc123', 'Cookie: sid=abc123; theme=dark'],
  ['a Google key', `AIza${many(35)}`, `API key not valid: AIza${many(35)}.`],
  ['an OpenAI key', `sk-${many(48)}`, `Incorrect API key provided: sk-${many(48)}`],
  ['an OpenAI project key', `sk-proj-${many(40)}`, `key sk-proj-${many(40)} is over its quota`],
  ['an Anthropic key', `sk-ant-api03-${many(60)}`, `x-api-key: sk-ant-api03-${many(60)}`],
  ['a GitHub token', `ghp_${many(36)}`, `remote: ghp_${many(36)} has expired`],
  ['a fine-grained GitHub token', `github_pat_${many(40)}`, `using github_pat_${many(40)}`],
  ['a Slack token', `xoxb-${'1'.repeat(12)}-${many(24)}`, `slack said no to xoxb-${'1'.repeat(12)}-${many(24)}`],
  ['an AWS key id', `AKIA${'ABCDEFGH23456789'}`, `AKIA${'ABCDEFGH23456789'} is not authorised`],
  ['a Hugging Face token', `hf_${many(30)}`, `token hf_${many(30)} is invalid`],
  ['a JWT', `eyJ${many(30)}.eyJ${many(40)}.${many(43)}`, `jwt eyJ${many(30)}.eyJ${many(40)}.${many(43)} expired`],
  [
    'a Discord bot token',
    `M${many(25)}.${many(6)}.${many(38)}`,
    `login failed for M${many(25)}.${many(6)}.${many(38)}`,
  ],
  ['a Discord webhook', many(60), `POST https://discord.com/api/webhooks/123456789012345678/${many(60)}`],
  ['a Slack webhook', many(24), `https://hooks.slack.com/services/T0123/B0123/${many(24)} answered 404`],
  ['a key in a query', many(24), `GET https://example.test/v1/models?alt=json&key=${many(24)} failed`],
  ['a token in a query', 'short1', 'https://example.test/?access_token=short1&x=1'],
  ['a signature in a query', many(30), `https://bucket.test/file?X-Amz-Signature=${many(30)}`],
  ['a password in a URL', 'pa55', 'postgres://botticelli:pa55@db.test:5432/posts'],
  ['a user in a URL, as in a DSN', '0123456789abcdef', 'https://0123456789abcdef@o1.ingest.sentry.test/2'],
  ['a password in text', 'hunter22', 'password: hunter22'],
  ['a password in TOML', 'hunter22', 'password = "hunter22"'],
  ['a key in JSON', many(12), `{"apiKey":"${many(12)}","model":"x"}`],
  ['a key in an environment', many(16), `GEMINI_API_KEY=${many(16)}`],
  ['a token in an environment', many(18), `DISCORD_TOKEN=${many(18)}`],
  ['a secret in text', many(20), `client_secret=${many(20)} was rejected`],
  ['a token in a header', many(32), `x-auth-token: ${many(32)}`],
  ['a private key', many(64), `-----BEGIN RSA PRIVATE KEY-----\n${many(64)}\n-----END RSA PRIVATE KEY-----`],
  ['a private key that is cut off', many(64), `-----BEGIN PRIVATE KEY-----\n${many(64)}`],
]
