// Phrases: what the scripted model's posts are put together from.
//
// A table. No phrase holds a code fence or double braces: posts go through JSON extraction and templates unharmed.

export type Focus = 'feature' | 'usecase' | 'tutorial' | 'community' | 'problem' | 'welcome' | 'showcase'

export interface Phrases {
  readonly hooks: readonly string[]
  readonly bodies: readonly string[]
  readonly examples: readonly string[]
  readonly callsToAction: readonly string[]
}

export const BULLETS = [
  '🧵 **Context that carries over**: every act reads the answers of the acts before it.',
  '🗄️ **Content that stays**: what a narrative writes lands in a table, ready to be reviewed.',
  '🛡️ **Discord with rules**: commands run under a security policy that you write down.',
  '🔀 **Your choice of model**: Gemini, Claude, GPT or a model on your own machine, act by act.',
  '🎠 **Carousels**: one narrative, many candidates, and you keep the best.',
]

export const GENERAL_BULLETS = [
  '• **Start small**: one step that works beats a plan that does not.',
  '• **Share early**: feedback is cheapest before the work is done.',
  '• **Write it down**: the next person will thank you.',
  '• **Ask**: somebody here has met the same question.',
]

export const BOTTICELLI: Readonly<Record<Focus, Phrases>> = {
  feature: {
    hooks: [
      '🎨 **Your next post can review itself.**',
      '✨ **One TOML file. A whole editorial team.**',
      '🎠 **Why write one draft when a carousel can write five?**',
      '🧵 **Every act knows what came before it.**',
      '🛡️ **Automation that asks before it touches your server.**',
      '🗄️ **What your bots write is yours to query.**',
    ],
    bodies: [
      'Botticelli runs *narratives*: TOML files in which each act is one step, and every step sees the answers of the steps before it. You describe the work once; the order, the context and the results are kept for you.',
      'With *carousels* a narrative runs as often as you like and collects every result in a table. Curate what you love, let go of the rest.',
      'Acts take more than text: images, audio, documents, rows of a table or live statistics of your Discord server can all be part of a prompt.',
      'Everything a narrative generates is stored with the narrative, the act and the model that made it, so that you always know where a sentence came from.',
    ],
    examples: [
      '**Example:** `draft` writes a post, `critique` finds its weakest sentence, `refine` mends it. Three acts, no copy and paste.',
      '**Example:** point a table input at `potential_discord_posts`, ask for the best two rows, and a curator is born in ten lines of TOML.',
      '**Example:** an act reads `server.get_stats`, the next one turns the numbers into a friendly update. ||Yes, it noticed our new members.||',
    ],
    callsToAction: [
      '👉 Open an example narrative, change one act, and show us what comes out!',
      '👉 Which step of your routine would you hand to an act first? Tell us below.',
      '👉 Try it today and post your favourite result in the showcase channel.',
      '👉 Questions about acts or carousels? Ask right here, we read everything.',
    ],
  },
  usecase: {
    hooks: [
      '💼 **What would you do with an editor who never sleeps?**',
      '📅 **A week of posts, planned before the coffee is ready.**',
      '📊 **Your server has numbers. Let them tell a story.**',
      '🎧 **Hours of audio, one page of notes.**',
      '🧑‍🏫 **From lecture to quiz in four acts.**',
      '🛍️ **Fifty product texts, one voice.**',
    ],
    bodies: [
      'Community teams use Botticelli to draft announcements, have them criticised by a second act and keep only what passes. The routine is the same every time, and it is written down in TOML.',
      'Because every act can use another model, quick drafts run on a small one and the final polish on a strong one. Quality where it counts, thrift where it does not.',
      'Scheduled bots read what was written before and choose something new, so that a daily post does not feel like yesterday’s.',
      'Tables make the hand-over simple: one bot generates, another curates, a third publishes, and people can step in between.',
    ],
    examples: [
      '**In practice:** a Monday bot reads `server.get_stats`, writes a summary of the week and leaves it for approval.',
      '**In practice:** five narratives write about five topics, a curator scores them and the best two reach the channel.',
      '**In practice:** a support team feeds its documents to one act and gets a list of frequent questions from the next.',
    ],
    callsToAction: [
      '👉 What is *your* use case? Describe it in one sentence and we will sketch the acts.',
      '👉 Pick the one that fits, copy its narrative and make it yours.',
      '👉 Already running something like it? Share your TOML, others will learn from it.',
      '👉 Vote with an emoji: which of these should we explain step by step?',
    ],
  },
  tutorial: {
    hooks: [
      '📘 **Your first narrative in five minutes.**',
      '🪜 **Three steps from an idea to a reviewed post.**',
      '🔧 **How to make a model criticise its own work.**',
      '🧪 **Try this: a carousel that never repeats itself.**',
      '🗂️ **How to let one act read a table.**',
      '🧭 **Prompt, then refine: a small guide.**',
    ],
    bodies: [
      '**1.** Name the narrative under `[narrative]`.\n**2.** List the acts in `[toc]`, in the order they should run.\n**3.** Write one prompt for each act under `[acts]`. That is a complete narrative.',
      '**1.** Let the first act write freely, at a high temperature.\n**2.** Let the second act look for faults, at a low one.\n**3.** Let the third act use both. The difference is surprising.',
      '**1.** Give the act a `table` input with a `limit`.\n**2.** Ask for a decision, not for an essay.\n**3.** Format the decision as JSON in an act of its own, and it is stored by itself.',
    ],
    examples: [
      '**Tip:** refer to an earlier act by its name in double braces; its answer is put there when the act runs.',
      '**Tip:** keep prompts short and give each act a single job. Two small acts beat one long prompt.',
      '**Tip:** run a narrative with the scripted model first. It costs nothing and shows the whole path.',
    ],
    callsToAction: [
      '👉 Follow along and tell us at which step you got stuck, we are here to help.',
      '👉 Finished? Post your TOML below and get a friendly review.',
      '👉 Save this post, then try it with a topic of your own.',
      '👉 Which tutorial should come next? Drop your wish below.',
    ],
  },
  community: {
    hooks: [
      '💬 **Let’s hear it: what did your bots write this week?**',
      '🙌 **Nobody learns narratives alone.**',
      '🏆 **Narrative of the week: show yours!**',
      '🤔 **One question for everyone here.**',
      '🧩 **Bring a puzzle, leave with a narrative.**',
      '🌍 **Builders, writers, tinkerers: this one is for you.**',
    ],
    bodies: [
      'Some of the best Botticelli narratives began as a question in this channel. If a prompt refuses to behave, somebody here has met the same stubborn sentence.',
      'You do not need to be an expert to help: reading the TOML of somebody else and saying what confused you is worth a lot.',
      'We collect the narratives that members share, because a good critique act is useful to everybody.',
      'Half the fun is in the failures. The post that rhymed by accident, the curator that approved only itself: we want to hear about those too.',
    ],
    examples: [
      '**For example:** post the act that you are proudest of and one thing that you would change about it.',
      '**For example:** describe a chore in one sentence, and let others answer with the acts that would do it.',
      '**For example:** share two versions of the same prompt and let the channel vote. ||The shorter one usually wins.||',
    ],
    callsToAction: [
      '👇 Your turn: what are you building? Reply with one sentence.',
      '👇 React with 🎨 if you share a narrative this week, and we will come and look.',
      '👇 Ask the question you thought was too small. It is not.',
      '👇 Tell us whom to thank: who helped you here lately?',
    ],
  },
  problem: {
    hooks: [
      '😵 **Problem: your prompts live in eleven chat windows.**',
      '🧻 **Problem: copy, paste, forget, repeat.**',
      '🎲 **Problem: the same prompt, a different format every time.**',
      '🕳️ **Problem: the bot posted. Nobody knows why.**',
      '⏳ **Problem: good posts take an hour you do not have.**',
      '💸 **Problem: the strongest model writes even the smallest text.**',
    ],
    bodies: [
      '**Solution:** a narrative keeps the whole conversation in one file. Each act has its prompt, its model and its place in the order, under version control like everything else you care about.',
      '**Solution:** split the work. One act writes, one criticises, one formats as JSON and one audits the JSON. What reaches your table has the right shape.',
      '**Solution:** let posts wait in a table. A curator scores them, a person can look at them, and only what was approved is published.',
      '**Solution:** choose the model act by act. Drafts go to a small one, the last word to a strong one.',
    ],
    examples: [
      '**Before:** four windows and a lost draft. **After:** one command, and every version is kept.',
      '**Before:** “please answer in JSON”, again and again. **After:** an act that formats and an act that checks.',
      '**Before:** a post that nobody had read. **After:** every post with its critique, its score and its source.',
    ],
    callsToAction: [
      '👉 Which problem eats *your* afternoon? Name it, and we will find the acts.',
      '👉 Take the example narrative, put your problem in it and report back.',
      '👉 Know a better solution? Show it to us, we love to be corrected.',
      '👉 Tell us what still hurts. The next feature may begin with your answer.',
    ],
  },
  welcome: {
    hooks: [
      '👋 **Welcome to the Botticelli community!**',
      '🎨 **A new artist in the workshop: welcome!**',
      '✨ **Hello and welcome, great to have you here!**',
      '🚪 **Come in, the TOML is warm: welcome!**',
      '🎭 **Welcome on stage, your first act begins here!**',
      '🧭 **Welcome, traveller: this is where narratives begin!**',
      '🤝 **Welcome aboard, make yourself at home!**',
      '🌱 **Welcome! Every narrative starts with one act.**',
      '🪄 **Welcome to the place where prompts become stories!**',
      '🖼️ **Welcome to the gallery, there is a frame waiting for you!**',
      '📜 **Welcome, storyteller: pick up a quill!**',
    ],
    bodies: [
      'This is a community for narrative-driven AI automation: here people chain small steps into workflows that write, check and publish. Whether you write code for a living or have never opened a TOML file, you are in the right place, and nobody here was born knowing what a carousel is.',
      'Botticelli is an AI narrative framework and the heart of our narrative-driven AI automation community: you describe the steps of a task as acts in a plain file, and it runs them in order while every act sees what the earlier ones said. The results are kept in a database, so that nothing good is lost.',
      'Here narrative-driven AI automation is a craft that we learn from each other, one act at a time. Members share narratives, compare models and help each other to turn a vague idea into a workflow that runs every morning without being asked.',
    ],
    examples: [
      '**A good first step:** read the getting-started channel, then run one of the example narratives and change a single prompt. Watching the later acts react to your change explains more than any manual.',
      '**A good first step:** look at the showcase channel, choose the narrative that makes you curious and ask its author how it came to be. Authors here love that question.',
      '**A good first step:** write a narrative of two acts, one that drafts and one that improves, and show us both answers. The second one is usually a pleasant surprise.',
    ],
    callsToAction: [
      '👉 Explore the docs, try the examples and ask every question that comes to mind!',
      '👉 Introduce yourself, tell us what you would like to automate, and ask away!',
      '👉 Have a look around, try an example and say hello in the general channel!',
      '👉 Look into the examples, and do not hesitate to ask questions, we enjoy answering them!',
    ],
  },
  showcase: {
    hooks: [
      '🚀 **Show and tell: what are you building with Botticelli today?**',
      '🎨 **It is gallery time: bring your latest narrative!**',
      '✨ **Good morning, makers: what did your acts write overnight?**',
      '🧩 **Time to brag a little about your workflows!**',
      '🎭 **Curtain up for your newest narrative!**',
      '🔧 **What did you fix, tame or invent this week?**',
    ],
    bodies: [
      'Share the narrative you enjoyed most and the hurdle you had to clear on the way.',
      'We would love to see an act that works, an act that does not, and what you learned from the difference.',
      'Big or small, finished or held together with tape: every Botticelli project teaches somebody something.',
      'Tell us about the carousel that surprised you and the prompt that took ten attempts.',
    ],
    examples: [
      '**For example:** a screenshot, five lines of TOML or the one sentence your bot got gloriously wrong.',
      '**For example:** the trick that made your curator stricter, or the act you deleted and never missed.',
    ],
    callsToAction: [
      'What would you like to show us today?',
      'Which challenge did you overcome, and how?',
      'Whose project made you curious lately?',
      'What will you try next?',
    ],
  },
}

/** Phrases for a subject that the table does not know. */
export function general(subject: string): Phrases {
  return {
    hooks: [
      `✨ **Let’s talk about ${subject}.**`,
      `💡 **${capital(subject)}: a closer look.**`,
      `🚀 **Something new about ${subject}.**`,
      `👀 **Have you thought about ${subject} lately?**`,
      `📌 **${capital(subject)}, in short.**`,
    ],
    bodies: [
      `There is more to ${subject} than meets the eye. A small change in how you approach it can make the next step a lot easier.`,
      `People who care about ${subject} tend to say the same thing: begin with what you have, and improve it in the open.`,
      `The best thing about ${subject} is that nobody has to do it alone.`,
    ],
    examples: [
      '**For example:** write down one goal for this week, and one sentence about why it matters.',
      '**For example:** compare two approaches side by side and keep the one you would explain to a friend.',
    ],
    callsToAction: [
      '👉 What is your experience? Tell us below.',
      '👉 Try it this week and share what you find.',
      '👉 Ask your question here, somebody will know.',
    ],
  }
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
