// One question through the gateway with an official SDK; prints what the person sees as one JSON line.
// node ask.mjs --sdk openai|anthropic --proxy URL --ca FILE --user U --password P [--model M] [--base URL] [--stream] --messages JSON
import { anthropic_client, basic, counting_fetch, openai_client } from "../tests/clients/gateway_client.mjs";

const args = {};
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].slice(2);
  args[name] = name === "stream" ? true : process.argv[++i];
}
const messages = JSON.parse(args.messages);
const { fetch, count, close } = counting_fetch(args.proxy, args.ca, args.user && basic(args.user, args.password));

async function openai() {
  const client = openai_client(fetch, args.base);
  const request = { model: args.model ?? "gpt-local", messages };
  if (!args.stream) return { text: (await client.chat.completions.create(request)).choices[0].message.content };
  const began = performance.now();
  const pieces = [];
  for await (const event of await client.chat.completions.create({ ...request, stream: true })) {
    const text = event.choices[0]?.delta?.content;
    if (text) pieces.push([Math.round(performance.now() - began), text]);
  }
  return { text: pieces.map((p) => p[1]).join(""), events: pieces.length, first_ms: pieces[0]?.[0], last_ms: pieces.at(-1)?.[0] };
}

async function anthropic() {
  const client = anthropic_client(fetch);
  const message = await client.messages.create({ model: args.model ?? "claude-local", max_tokens: 100, messages });
  return { text: message.content[0].text };
}

let seen;
try {
  seen = await (args.sdk === "anthropic" ? anthropic() : openai());
} catch (e) {
  const body = e.error?.error ?? e.error ?? {};
  seen = { error: e.constructor.name, status: e.status, message: e.message, sekisho: body.sekisho ?? e.error?.sekisho };
  if (e.cause) seen.cause = String(e.cause?.cause?.message ?? e.cause?.message ?? e.cause);
}
console.log(JSON.stringify({ ...seen, attempts: count.attempts }));
await close();
process.exit(0);
